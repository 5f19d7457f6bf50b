"""The columns of a board: headings, descriptions, and the values that rows are sorted by.

Besides the columns of `COLUMNS` there is one for each further metric, `m:` and its name, and for each parameter, `p:`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from harness.errors import HarnessError
from harness.solution.spec import split_spec
from harness.web.data.board_cache import RankedBoard, Tab, rank_on_tab
from harness.web.data.ties import BoardTie
from leaderboard.board import Standing
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import shorten
from leaderboard.storage.entry_summaries import EntrySummary
from leaderboard.storage.notes import EntryNote

Row = Standing[EntrySummary]
MAX_COLUMNS = 24  # shown at once
_MAX_IDENTITY = 2000  # characters of an identity that is parsed
_FURTHER = re.compile(r"[mp]:[\w@. \-]{1,40}")
OTHER_PART = {"public": "private", "private": "public", "all": ""}


@dataclass(frozen=True)
class RowContext:
    """What the values of rows depend on besides the rows: the tab, the tests against the best, and the notes."""

    tab: Tab
    ties: Mapping[int, BoardTie] = field(default_factory=dict)
    notes: Mapping[int, EntryNote] = field(default_factory=dict)
    best: float | None = None  # the best score of the tab


Value = Callable[[Row, RowContext], Any]


@dataclass(frozen=True)
class BoardColumn:
    """A column: its heading, its description, and the value that it sorts by; `term` is its entry of the glossary."""

    heading: str
    description: str
    value: Value
    descending: bool = False  # when sorted for the first time
    term: str = ""


def _cost(name: str) -> Value:
    return lambda row, _context: getattr(row.entry.cost, name)


def _score(row: Row, context: RowContext) -> float | None:
    return row.entry.scores.get(context.tab)


def _behind(row: Row, context: RowContext) -> float | None:
    score = _score(row, context)
    return None if score is None or context.best is None else score - context.best


def _low(row: Row, context: RowContext) -> float | None:
    bounds = row.entry.intervals.get(context.tab)
    return bounds[0] if bounds else None


def _tie(row: Row, context: RowContext) -> tuple[float, float] | None:
    """Return the key of a test: entries that are not significantly different have the highest p."""
    tie = context.ties.get(row.entry.id)
    return None if tie is None else (2.0 if tie.p is None else tie.p, tie.p_first)


def _move(row: Row, _context: RowContext) -> int | None:
    return row.rank - row.private_rank if row.rank and row.private_rank else None


FIXED = {  # always shown where they have values
    "move": BoardColumn("Δ", "ranks gained from public to private", _move, descending=True, term="shake-up"),
    "name": BoardColumn("solution", "", lambda row, _context: row.entry.identity),
    "score": BoardColumn("score", "", _score, descending=True, term="interval"),
}
COLUMNS = {
    "tie": BoardColumn(
        *("vs best", "paired permutation test against the best entry, with Holm's correction", _tie),
        descending=True,
        term="tie",
    ),
    "behind": BoardColumn("gap to best", "score minus the best score", _behind, descending=True),
    "other": BoardColumn(
        *("", "score on the other part", lambda row, context: row.entry.scores.get(OTHER_PART[context.tab])),
        descending=True,
    ),
    "interval": BoardColumn("95 % CI", "95 % confidence interval of the score", _low, descending=True, term="interval"),
    "entries": BoardColumn("entries", "number of entries", lambda row, _context: row.entries, descending=True),
    "last": BoardColumn("last entry", "time of the latest entry (UTC)", lambda row, _: row.last, descending=True),
    "coverage": BoardColumn("answered", "queries answered", lambda _row, _context: None),
    "wall": BoardColumn("wall s", "wall-clock time, seconds", _cost("wall_s"), term="wall"),
    "cpu": BoardColumn("CPU s", "CPU time, seconds", _cost("cpu_s"), term="wall"),
    "memory": BoardColumn("peak MB", "peak memory, megabytes", _cost("peak_mb"), term="memory"),
}
DEFAULT_COLUMNS = ("tie", "other", "entries", "last", "wall", "memory")


def is_column(name: str) -> bool:
    """Return whether an optional column may have this name.

    >>> [is_column(name) for name in ("wall", "m:mp@10", "p:kind", "x:kind", "p:a;b")]
    [True, True, True, False, False]
    """
    return name in COLUMNS or bool(_FURTHER.fullmatch(name))


def column_of(name: str) -> BoardColumn:
    """Return the column of a name that `is_column` accepts, or of a fixed column.

    >>> column_of("m:mp@10").heading, column_of("p:kind").heading
    ('mP@10', 'kind')
    """
    if name in COLUMNS or name in FIXED:
        return COLUMNS.get(name) or FIXED[name]
    kind, _, rest = name.partition(":")
    if kind == "p":
        return BoardColumn(rest, f"parameter {rest}", lambda row, _context: _sortable(parameters_of(row), rest))
    label = metric_label(rest)
    value: Value = lambda row, context: row.entry.all_scores.get(context.tab, {}).get(rest)
    return BoardColumn(label, f"{label} of the same part", value, descending=True)


def further_columns(ranked: RankedBoard) -> list[str]:
    """Return the names of the columns that a board has besides `COLUMNS`."""
    return [f"m:{name}" for name in ranked.other_metrics] + [f"p:{name}" for name in ranked.parameters]


def column_text(name: str, row: Row, context: RowContext) -> str:
    """Return the text of a cell of a metric's or a parameter's column; empty if the row has no value."""
    if name.startswith("p:"):
        parameters = parameters_of(row)
        return shorten(repr(parameters[name[2:]]), 40) if name[2:] in parameters else ""
    value = column_of(name).value(row, context)
    return "" if value is None else f"{value:.4f}"


def parameters_of(row: Row) -> Mapping[str, object]:
    """Return the parameters in the identity of a row; empty if it cannot be parsed."""
    return _parse(row.entry.identity)


@lru_cache(maxsize=20_000)
def _parse(identity: str) -> Mapping[str, object]:
    if len(identity) > _MAX_IDENTITY:
        return {}
    try:
        return split_spec(identity)[1]
    except HarnessError:  # an uploaded file may have any name
        return {}


def _sortable(parameters: Mapping[str, object], name: str) -> tuple[int, float, str] | None:
    """Return a key by which numbers come before texts; None without the parameter."""
    if name not in parameters:
        return None
    value = parameters[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return (0, float(value), "") if is_number else (1, 0.0, repr(value))  # type: ignore[arg-type]


def sort_rows(rows: Sequence[Row], sort: str, context: RowContext, *, down: bool) -> list[Row]:
    """Return rows sorted by a column; those without a value come last, in their order."""
    value = column_of(sort).value
    keyed = [(value(row, context), row) for row in rows]
    with_value = [pair for pair in keyed if pair[0] is not None]
    with_value.sort(key=lambda pair: pair[0], reverse=down)
    return [row for _, row in with_value] + [row for key, row in keyed if key is None]


def sort_by_rank(rows: Sequence[Row], tab: Tab, *, down: bool) -> list[Row]:
    """Return rows by their rank on a tab; unranked rows come last."""
    ranked = [row for row in rows if rank_on_tab(row, tab)]
    ranked.sort(key=lambda row: rank_on_tab(row, tab) or 0, reverse=down)
    return ranked + [row for row in rows if not rank_on_tab(row, tab)]
