"""The lines of a board's table: scores, interval bars, and the texts of further columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.plotting.readable_range import n_beyond, readable_scores
from harness.web.charts.axes import padded_range
from harness.web.data.board_cache import Tab, rank_on_tab
from harness.web.data.ties import BoardTie
from harness.web.shared.board_columns import OTHER_PART, Row, RowContext, column_text
from leaderboard.board import BoardRow
from leaderboard.storage.notes import EntryNote


@dataclass(frozen=True)
class IntervalBar:
    """Positions of a score and its interval, from 0 to 100; `beyond` if the score is above the end of the scale."""

    low: float
    high: float
    score: float
    beyond: bool = False


@dataclass(frozen=True)
class BarScale:
    """The scores at both ends of the interval bars; `is_cut` if some entries are above the end."""

    low: float
    high: float
    is_cut: bool = False

    def bar(self, score: float, bounds: Sequence[float] | None) -> IntervalBar:
        """Return the bar of a score; without bounds it has no interval."""
        low, high = bounds or (score, score)
        return IntervalBar(self._at(low), self._at(high), self._at(score), score > self.high)

    def _at(self, value: float) -> float:
        return round(min(100.0, max(0.0, 100 * (value - self.low) / (self.high - self.low))), 1)


@dataclass(frozen=True)
class BoardLine:
    """A row with its rank, scores, interval and tie on the tab, its note, and the texts of metrics and parameters."""

    row: BoardRow
    rank: int | None
    score: float | None
    other: float | None
    behind: float | None
    bar: IntervalBar | None
    low: float | None
    high: float | None
    tie: BoardTie | None
    note: EntryNote
    texts: Mapping[str, str]
    is_openable: bool


def board_line(
    row: Row, board_row: BoardRow, scale: BarScale, context: RowContext, columns: Sequence[str], *, is_openable: bool
) -> BoardLine:
    """Return the line of a row for the columns of these names."""
    bounds, score = row.entry.intervals.get(context.tab), row.entry.scores.get(context.tab)
    low, high = bounds or (None, None)
    return BoardLine(
        row=board_row,
        rank=rank_on_tab(row, context.tab),
        score=score,
        other=row.entry.scores.get(OTHER_PART[context.tab]),
        behind=None if score is None or context.best is None else score - context.best,
        bar=None if score is None else scale.bar(score, bounds),
        low=low,
        high=high,
        tie=context.ties.get(row.entry.id),
        note=context.notes.get(row.entry.id, EntryNote()),
        texts={name: column_text(name, row, context) for name in columns if name[:2] in ("m:", "p:")},
        is_openable=is_openable,
    )


def bar_scale(rows: Sequence[Row], tab: Tab, *, higher_is_better: bool, choice: str = "") -> BarScale:
    """Return the scale of the bars of some rows.

    By default it leaves out the few best entries that would squash the bars of the others; `choice` is "all" or "rest".
    """
    scores = [score for row in rows if (score := row.entry.scores.get(tab)) is not None]
    if not scores:
        return BarScale(0.0, 1.0)
    is_cut = higher_is_better and choice != "all" and n_beyond(scores) > 0
    inside = set(readable_scores(scores)) if is_cut else set(scores)
    ends = [end for row in rows if row.entry.scores.get(tab) in inside for end in row.entry.intervals.get(tab, ())]
    low, high = padded_range([*inside, *ends])
    return BarScale(max(0.0, low) if min(scores) >= 0 else low, high, is_cut)


def has_value(lines: Sequence[BoardLine], name: str) -> bool:
    """Return whether any line has a value in a column."""
    return any(map(_TESTS.get(name, lambda line: line.texts.get(name)), lines))


_TESTS = {
    "move": lambda line: line.row.move is not None,
    "tie": lambda line: line.tie is not None,
    "behind": lambda line: line.behind is not None,
    "other": lambda line: line.other is not None,
    "interval": lambda line: line.low is not None,
    "entries": lambda line: line.row.entries,
    "last": lambda line: line.row.last,
    "coverage": lambda line: line.row.coverage is not None,
    "wall": lambda line: line.row.wall_s is not None,
    "cpu": lambda line: line.row.cpu_s is not None,
    "memory": lambda line: line.row.peak_mb is not None,
}
