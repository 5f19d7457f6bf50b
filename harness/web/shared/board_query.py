"""Query-string state of a board page: grouping, filters, sort order, columns, charts, metric and page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

from harness.web.charts.board_charts import CostKind
from harness.web.charts.zoom import Zoom
from harness.web.data.board_cache import Tab
from harness.web.rendering import with_query
from harness.web.shared.board_columns import (
    COLUMNS,
    DEFAULT_COLUMNS,
    FIXED,
    MAX_COLUMNS,
    Row,
    RowContext,
    is_column,
    sort_by_rank,
    sort_rows,
)
from leaderboard.order import Group
from leaderboard.storage.notes import MAX_TAG

RankFilter = Literal["all", "ranked", "unranked"]
ChartScale = Literal["", "linear", "log"]
BarScale = Literal["", "all", "rest"]

PAGE_ROWS = 40
MAX_SEARCH = 200  # characters
MAX_METRIC = 40
_PAGE = re.compile(r"0*[1-9][0-9]{0,6}", re.ASCII)


@dataclass(frozen=True)
class BoardQuery:
    """The values of a query string. `sort` is a column, or empty for the order by rank; `down` reverses the order.

    `tag` and `star` select entries by their notes. `x` and `y` are the scales of the charts' axes, `bars` is the range
    of the interval bars, empty for the default of the board. `metric` is the name of another metric than the one that
    ranks the board.
    """

    by: Group = "solution"
    search: str = ""
    which: RankFilter = "all"
    tag: str = ""
    star: bool = False
    sort: str = ""
    down: bool = False
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    cost: CostKind = "wall"
    x: ChartScale = ""
    y: ChartScale = ""
    zoom: str = ""
    bars: BarScale = ""
    metric: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str], columns: Sequence[str] = ()) -> Self:
        """Parse the query string; unknown values fall back to defaults.

        >>> query = BoardQuery.read({"sort": "wall", "page": "x", "by": "identity"}, ["memory", "nonsense"])
        >>> query.by, query.sort, query.columns, query.page
        ('identity', 'wall', ('memory',), 1)
        """
        sort, page = query.get("sort", ""), query.get("page", "")
        return cls(
            by="identity" if query.get("by") == "identity" else "solution",
            search=query.get("search", "")[:MAX_SEARCH],
            which=next((value for value in get_args(RankFilter) if value == query.get("which")), "all"),
            tag=query.get("tag", "")[:MAX_TAG],
            star=query.get("star") == "1",
            sort=sort if sort in FIXED or is_column(sort) else "",
            down=query.get("down") == "1",
            columns=_read_columns(columns),
            cost=next((value for value in get_args(CostKind) if value == query.get("cost")), "wall"),
            x=next((value for value in get_args(ChartScale) if value == query.get("x")), ""),
            y=next((value for value in get_args(ChartScale) if value == query.get("y")), ""),
            zoom=query.get("zoom", "") if Zoom.read(query.get("zoom", "")) else "",
            bars=next((value for value in get_args(BarScale) if value == query.get("bars")), ""),
            metric=query.get("metric", "")[:MAX_METRIC],
            page=int(page) if _PAGE.fullmatch(page) else 1,
        )

    def values(self, **changes: object) -> dict[str, object]:
        """Return the values of the query string of this state with some values changed, without defaults."""
        state = {**vars(self), **changes}
        values = {name: value for name, value in state.items() if value != getattr(_DEFAULT, name)}
        values |= {name: 1 for name in ("down", "star") if name in values}
        if "columns" in values:
            values["columns"] = list(state["columns"]) or ["none"]
        return values

    def query(self, **changes: object) -> str:
        """Build the query string of this state with some values changed; defaults are left out."""
        return with_query(self.values(**changes))

    def hidden_fields(self, *left_out: str) -> list[tuple[str, object]]:
        """Return the names and values of the hidden fields of a form that keeps this state."""
        values = {name: value for name, value in self.values().items() if name not in left_out}
        return [
            (name, each) for name, value in values.items() for each in (value if isinstance(value, list) else [value])
        ]

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self.search or self.tag or self.star or self.which != "all")


_DEFAULT = BoardQuery()


def _read_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Return the valid columns among names, those of `COLUMNS` in their order first; the default ones without names."""
    if not names:
        return DEFAULT_COLUMNS
    further = dict.fromkeys(name for name in names if name not in COLUMNS and is_column(name))
    return (*(name for name in COLUMNS if name in names), *further)[:MAX_COLUMNS]


def filter_rows(rows: Iterable[Row], query: BoardQuery, context: RowContext) -> list[Row]:
    """Return the rows whose entry has all words of the search, the tag and the star, and is ranked or not."""
    words = query.search.casefold().split()
    found = [row for row in rows if all(word in row.entry.identity.casefold() for word in words)]
    if query.which != "all":
        found = [row for row in found if (row.rank is not None) == (query.which == "ranked")]
    notes = context.notes
    if query.tag:
        found = [row for row in found if row.entry.id in notes and query.tag in notes[row.entry.id].tags]
    if query.star:
        found = [row for row in found if row.entry.id in notes and notes[row.entry.id].star]
    return found


def select_rows(rows: Iterable[Row], tab: Tab, query: BoardQuery, context: RowContext | None = None) -> list[Row]:
    """Return the rows that a query selects, in its order: by default by rank on the tab, unranked rows last."""
    context = context or RowContext(tab)
    found = filter_rows(rows, query, context)
    if query.sort:
        return sort_rows(found, query.sort, context, down=query.down)
    return sort_by_rank(found, tab, down=query.down)
