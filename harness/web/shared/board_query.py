"""Query-string state of a board page: grouping, filter, sort order, columns, cost axis, metric and page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from harness.web.charts.board_charts import CostKind
from harness.web.data.board_cache import Tab, rank_on_tab
from harness.web.rendering import with_query
from leaderboard.board import Standing
from leaderboard.order import Group
from leaderboard.storage.entry_summaries import EntrySummary

RankFilter = Literal["all", "ranked", "unranked"]

PAGE_ROWS = 50
MAX_SEARCH = 200  # characters
MAX_METRIC = 40

Value = Callable[[Standing[EntrySummary]], Any]


@dataclass(frozen=True)
class BoardColumn:
    """An optional column: its heading, its description, and the value that it sorts by, if it can be sorted."""

    heading: str
    description: str
    value: Value | None = None
    descending: bool = False  # when sorted for the first time


def _cost(field: str) -> Value:
    return lambda standing: getattr(standing.entry.cost, field)


COLUMNS = {
    "tie": BoardColumn("vs best", "paired permutation test against the best entry, with Holm's correction"),
    "other": BoardColumn("", "score on the other part"),
    "interval": BoardColumn("95 % CI", "95 % confidence interval of the score"),
    "entries": BoardColumn("entries", "number of entries", lambda row: row.entries, descending=True),
    "last": BoardColumn("last entry", "time of the latest entry (UTC)", lambda row: row.last, descending=True),
    "coverage": BoardColumn("answered", "queries answered"),
    "wall": BoardColumn("wall s", "wall-clock time, seconds", _cost("wall_s")),
    "cpu": BoardColumn("CPU s", "CPU time, seconds", _cost("cpu_s")),
    "memory": BoardColumn("peak MB", "peak memory, megabytes", _cost("peak_mb")),
}
DEFAULT_COLUMNS = ("tie", "other", "entries", "last", "wall", "memory")
SORT_VALUES: dict[str, Value] = {
    "name": lambda row: row.entry.identity,
    **{name: column.value for name, column in COLUMNS.items() if column.value},
}


@dataclass(frozen=True)
class BoardQuery:
    """The values of a query string. `sort` is a column, or empty for the order by rank; `down` reverses the order.

    `metric` is the name of another metric than the one that ranks the board.
    """

    by: Group = "solution"
    search: str = ""
    which: RankFilter = "all"
    sort: str = ""
    down: bool = False
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    cost: CostKind = "wall"
    metric: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str], columns: Sequence[str] = ()) -> Self:
        """Parse the query string; unknown values fall back to defaults.

        >>> query = BoardQuery.read({"sort": "wall", "page": "x", "by": "identity"}, ["memory", "nonsense"])
        >>> query.by, query.sort, query.columns, query.page
        ('identity', 'wall', ('memory',), 1)
        """
        sort = query.get("sort", "")
        page = query.get("page", "")
        return cls(
            by="identity" if query.get("by") == "identity" else "solution",
            search=query.get("search", "")[:MAX_SEARCH],
            which=next((value for value in get_args(RankFilter) if value == query.get("which")), "all"),
            sort=sort if sort in SORT_VALUES else "",
            down=query.get("down") == "1",
            columns=tuple(name for name in COLUMNS if name in columns) if columns else DEFAULT_COLUMNS,
            cost=next((value for value in get_args(CostKind) if value == query.get("cost")), "wall"),
            metric=query.get("metric", "")[:MAX_METRIC],
            page=int(page) if page.isdecimal() and 0 < len(page) < 8 and int(page) else 1,
        )

    def query(self, **changes: object) -> str:
        """Build the query string of this state with some values changed; defaults are left out."""
        state = {**vars(self), **changes}
        values = {name: value for name, value in state.items() if value != getattr(_DEFAULT, name)}
        if "down" in values:
            values["down"] = 1
        if "columns" in values:
            values["columns"] = list(values["columns"]) or ["none"]
        return with_query(values)


_DEFAULT = BoardQuery()


def select_rows(
    standings: Iterable[Standing[EntrySummary]], tab: Tab, query: BoardQuery
) -> list[Standing[EntrySummary]]:
    """Return the rows that a query selects, in its order: by default by rank on the tab, unranked rows last."""
    words = query.search.casefold().split()
    rows = [row for row in standings if all(word in row.entry.identity.casefold() for word in words)]
    if query.which != "all":
        rows = [row for row in rows if (row.rank is not None) == (query.which == "ranked")]
    if query.sort:
        value = SORT_VALUES[query.sort]
        with_value = [row for row in rows if value(row) is not None]
        return sorted(with_value, key=value, reverse=query.down) + [row for row in rows if value(row) is None]
    ranked = [row for row in rows if rank_on_tab(row, tab)]
    ranked.sort(key=lambda row: rank_on_tab(row, tab) or 0, reverse=query.down)
    return ranked + [row for row in rows if not rank_on_tab(row, tab)]
