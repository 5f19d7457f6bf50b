"""What a reader wants of a board: which rows, in what order, which columns. All of it stands in the address."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from harness.web.rendering import with_query
from leaderboard.board import Standing
from leaderboard.order import Group
from leaderboard.storage.entry_summaries import Outline

Tab = Literal["public", "private", "all"]
Which = Literal["all", "ranked", "unranked"]
Cost = Literal["wall", "cpu", "memory"]

ROWS = 50  # on a page
LONGEST = 200  # letters looked for


@dataclass(frozen=True)
class Column:
    """A column that can be left out: its heading, what it tells, and by which value rows are put in order, if any."""

    heading: str
    says: str
    value: Callable[[Standing[Outline]], Any] | None = None
    falling: bool = False  # the largest first, to begin with


def _cost(field: str) -> Callable[[Standing[Outline]], Any]:
    return lambda standing: getattr(standing.entry.cost, field)


COLUMNS = {
    "tie": Column("vs first", "whether it can be told from the first"),
    "other": Column("", "the score of the other part"),
    "interval": Column("95 %", "the interval of the score"),
    "entries": Column("entries", "how many there are", lambda each: each.entries, falling=True),
    "last": Column("last", "when the latest was entered", lambda each: each.last, falling=True),
    "coverage": Column("answered", "queries answered"),
    "wall": Column("wall s", "seconds of wall clock", _cost("wall_s")),
    "cpu": Column("CPU s", "seconds of CPU", _cost("cpu_s")),
    "memory": Column("peak MB", "the highest use of memory", _cost("peak_mb")),
}
USUAL = ("tie", "other", "entries", "last", "wall", "memory")
ALWAYS: dict[str, Callable[[Standing[Outline]], Any]] = {"name": lambda each: each.entry.identity}


@dataclass(frozen=True)
class Wish:
    """What an address asks for. `sort` is empty for the board's own order, else a column; `down` turns it round.

    `cost` is what scores are drawn against.
    """

    by: Group = "solution"
    search: str = ""
    which: Which = "all"
    sort: str = ""
    down: bool = False
    columns: tuple[str, ...] = USUAL
    cost: Cost = "wall"
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str], columns: Sequence[str] = ()) -> "Wish":
        """The wish of an address; what makes no sense there is passed over.

        >>> Wish.read({"sort": "wall", "page": "x", "by": "identity"}, ["memory", "nonsense"])
        Wish(by='identity', search='', which='all', sort='wall', down=False, columns=('memory',), cost='wall', page=1)
        """
        sort = query.get("sort", "")
        page = query.get("page", "")
        return cls(
            by="identity" if query.get("by") == "identity" else "solution",
            search=query.get("search", "")[:LONGEST],
            which=next((each for each in get_args(Which) if each == query.get("which")), "all"),
            sort=sort if sort in SORTS else "",
            down=query.get("down") == "1",
            columns=tuple(name for name in COLUMNS if name in columns) if columns else USUAL,
            cost=next((each for each in get_args(Cost) if each == query.get("cost")), "wall"),
            page=int(page) if page.isdecimal() and 0 < len(page) < 8 and int(page) else 1,
        )

    def query(self, **changed: object) -> str:
        """The address of this wish, or of another that differs in what is named."""
        asked = {**vars(self), **changed}
        told = {name: value for name, value in asked.items() if value != getattr(_NOTHING, name)}
        if "down" in told:
            told["down"] = 1
        if "columns" in told:
            told["columns"] = list(told["columns"]) or ["none"]
        return with_query(told)


SORTS = ALWAYS | {name: column.value for name, column in COLUMNS.items() if column.value}
_NOTHING = Wish()


def wished(standings: Iterable[Standing[Outline]], tab: Tab, wish: Wish) -> list[Standing[Outline]]:
    """The rows of a board in the order wished for: by default as they stand on the tab, what has no rank at the end."""
    found = _wanted(standings, wish)
    if wish.sort:
        value = SORTS[wish.sort]
        known = [each for each in found if value(each) is not None]
        return sorted(known, key=value, reverse=wish.down) + [each for each in found if value(each) is None]
    ranked = [each for each in found if place(each, tab)]
    ranked.sort(key=lambda each: place(each, tab) or 0, reverse=wish.down)
    return ranked + [each for each in found if not place(each, tab)]


def place(standing: Standing[Any], tab: Tab) -> int | None:
    """The rank on a tab."""
    return standing.private_rank if tab == "private" else standing.rank


def _wanted(standings: Iterable[Standing[Outline]], wish: Wish) -> list[Standing[Outline]]:
    """Those that the wish is for, in the order they come."""
    found = list(standings)
    if wish.which != "all":
        found = [each for each in found if (each.rank is not None) == (wish.which == "ranked")]
    words = wish.search.casefold().split()
    if words:
        found = [each for each in found if all(word in each.entry.identity.casefold() for word in words)]
    return found
