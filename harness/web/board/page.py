"""A board as a page: one tab of a competition's task, with the rows that the reader wishes to see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.web.board.query import COLUMNS, ROWS, Tab, Wish
from harness.web.charts.axes import around
from harness.web.charts.board_charts import COSTS, Picture
from harness.web.rendering import Frame, Link, page
from leaderboard.board import BoardRow
from leaderboard.references import ReferenceRow

TAB_NAMES = {"public": "Public", "private": "Private", "all": "All queries", "folds": "Folds", "results": "Results"}


@dataclass(frozen=True)
class Tie:
    """How a row stands to the first: tied where it cannot be told from it, with Holm's p, and how often it is first."""

    tied: bool
    p: float | None
    p_first: float


@dataclass(frozen=True)
class Bar:
    """Where score and interval stand on a line from 0 to 100."""

    low: float
    high: float
    score: float


@dataclass(frozen=True)
class Line:
    """A row as it is shown."""

    row: BoardRow
    rank: int | None
    score: float | None
    other: float | None
    bar: Bar | None
    low: float | None
    high: float | None
    tie: Tie | None
    opens: bool


@dataclass(frozen=True)
class Board:
    """What a board's page shows, of which it needs to know no more.

    `tabs` lead to the parts that may be seen. `rows` are those of the page, whole, out of `found` that were looked
    for and `total` that there are; `intervals` are those of the tab's scores by entry. `ties` is None where they are
    not known yet: `ties_address` tells them. `opens` are the entries of the page that lead to pages of their own, and
    `some_open` says that not all entries do.
    """

    title: str
    tab: Tab
    tabs: Sequence[Link]
    other: str
    metric: str
    higher_is_better: bool
    caption: str
    wish: Wish
    rows: Sequence[BoardRow]
    ranks: Sequence[int | None]
    intervals: Mapping[int, tuple[float, float]]
    found: int
    total: int
    ties: Mapping[int, Tie] | None
    ties_address: str
    opens: frozenset[int]
    some_open: bool
    pictures: Sequence[Picture]
    references: Sequence[ReferenceRow] = ()
    honesty: Sequence[Link] = ()  # pages on how far the board can be trusted


def board_page(frame: Frame, board: Board) -> str:
    """The page of a board."""
    return page("board.html", frame, **board_values(board))


def board_values(board: Board) -> dict[str, Any]:
    """What the templates of a board are filled with."""
    low, high = _span(board)
    return {
        "board": board,
        "lines": [_line(board, place, low, high) for place in range(len(board.rows))],
        "low": low,
        "high": high,
        "pages": max(1, -(-board.found // ROWS)),
        "columns": {name: COLUMNS[name] for name in board.wish.columns if name != "other" or board.other},
        "all_columns": COLUMNS,
        "tab_names": TAB_NAMES,
        "costs": COSTS,
    }


def _score(row: BoardRow, part: str) -> float | None:
    value: float | None = getattr(row, f"score_{part}") if part else None
    return value


def _span(board: Board) -> tuple[float, float]:
    """From where to where the bars of the page go."""
    scores = [score for row in board.rows if (score := _score(row, board.tab)) is not None]
    ends = [end for row in board.rows for end in board.intervals.get(row.entry_id or 0, ())]
    low, high = around([*scores, *ends]) if scores else (0.0, 1.0)
    return max(0.0, low) if min([*scores, 0]) >= 0 else low, high


def _line(board: Board, place: int, start: float, end: float) -> Line:
    row = board.rows[place]
    score = _score(row, board.tab)
    low, high = board.intervals.get(row.entry_id or 0, (None, None))
    share: Callable[[float], float] = lambda value: round(100 * (value - start) / (end - start), 1)
    bar = None
    if score is not None:
        bar = Bar(share(score if low is None else low), share(score if high is None else high), share(score))
    tie = (board.ties or {}).get(row.entry_id or 0)
    opens = row.entry_id in board.opens
    return Line(row, board.ranks[place], score, _score(row, board.other), bar, low, high, tie, opens)
