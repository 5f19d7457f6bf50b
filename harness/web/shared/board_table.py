"""Template values of a board's table: one line per row, with an interval bar on a common scale."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.web.charts.axes import padded_range
from harness.web.charts.board_charts import COSTS
from harness.web.data.ties import BoardTie
from harness.web.shared.board_context import TAB_NAMES
from harness.web.shared.board_query import COLUMNS, PAGE_ROWS
from harness.web.shared.board_view import BoardView
from leaderboard.board import BoardRow


@dataclass(frozen=True)
class IntervalBar:
    """Positions of a score and its interval, from 0 to 100."""

    low: float
    high: float
    score: float


@dataclass(frozen=True)
class BoardLine:
    """A row with its rank, scores, interval and tie on the tab."""

    row: BoardRow
    rank: int | None
    score: float | None
    other: float | None
    bar: IntervalBar | None
    low: float | None
    high: float | None
    tie: BoardTie | None
    is_openable: bool


def board_values(board: BoardView) -> dict[str, Any]:
    """Return the values of the templates `board/board.html` and `_board_table.html`."""
    low, high = _scale(board)
    return {
        "board": board,
        "lines": [_line(board, number, low, high) for number in range(len(board.rows))],
        "low": low,
        "high": high,
        "pages": max(1, -(-board.n_found // PAGE_ROWS)),
        "columns": {name: COLUMNS[name] for name in board.query.columns if name != "other" or board.other},
        "all_columns": COLUMNS,
        "tab_names": TAB_NAMES,
        "costs": COSTS,
    }


def _score(row: BoardRow, part: str) -> float | None:
    value: float | None = getattr(row, f"score_{part}") if part else None
    return value


def _scale(board: BoardView) -> tuple[float, float]:
    """Return the scores at both ends of the interval bars."""
    scores = [score for row in board.rows if (score := _score(row, board.tab)) is not None]
    ends = [end for row in board.rows for end in board.intervals.get(row.entry_id or 0, ())]
    low, high = padded_range([*scores, *ends]) if scores else (0.0, 1.0)
    return max(0.0, low) if min([*scores, 0]) >= 0 else low, high


def _line(board: BoardView, number: int, start: float, end: float) -> BoardLine:
    row = board.rows[number]
    entry = row.entry_id or 0
    score = _score(row, board.tab)
    low, high = board.intervals.get(entry, (None, None))
    percent: Callable[[float], float] = lambda value: round(100 * (value - start) / (end - start), 1)
    bar = None
    if score is not None:
        ends = percent(score if low is None else low), percent(score if high is None else high)
        bar = IntervalBar(*ends, percent(score))
    tie = (board.ties or {}).get(entry)
    openable = row.entry_id in board.openable
    return BoardLine(row, board.ranks[number], score, _score(row, board.other), bar, low, high, tie, openable)
