"""The columns of a leaderboard in Markdown and LaTeX: a few, short enough to paste, or all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.medals import awards
from leaderboard.rendering.format_cells import NUMBER_FORMATTERS, SCORE_FORMATTERS, format_cell
from leaderboard.rendering.notes import row_name
from leaderboard.safe_text import shorten

HEADINGS = {
    "rank": "#",
    "private_rank": "private #",
    "move": "Δ",
    "wall_s": "wall s",
    "cpu_s": "CPU s",
    "peak_mb": "peak MB",
}


@dataclass(frozen=True)
class ExportColumn:
    """A column of text; numbers stand at the right."""

    heading: str
    is_number: bool
    cells: Sequence[str]
    best: Collection[int] = ()  # the rows of the best values


@dataclass(frozen=True)
class FurtherColumn:
    """A column beside those of the rows, such as tags: its name and a value for each row, None where there is none."""

    name: str
    values: Sequence[object]

    def as_export_column(self) -> ExportColumn:
        """Return the column as text, numbers with five significant digits."""
        present = [value for value in self.values if value is not None]
        is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in present)
        return ExportColumn(self.name, is_number, [_further_text(value) for value in self.values])


def _further_text(value: object) -> str:
    return f"{value:.5g}" if isinstance(value, float) else "" if value is None else shorten(str(value))


def export_columns(
    rows: Sequence[BoardRow | FoldRow],
    metric: str,
    *,
    every: bool = False,
    medals: bool = False,
    higher_is_better: bool = True,
) -> list[ExportColumn]:
    """All columns of the rows if `every`, else rank, name, scores and interval, without those that have no value.

    `metric` is in the headings of scores where there are all columns. With `medals` there are a medal and a percentile.
    """
    own = _all(rows, metric) if every else _few(rows, higher_is_better=higher_is_better)
    columns = [*own, *(medal_columns(rows) if medals else [])]
    return [column for column in columns if every or any(column.cells) or column.heading in ("#", "solution")]


def medal_columns(rows: Sequence[Any]) -> list[ExportColumn]:
    """The medal of each row, and the percentage of ranked rows down to it."""
    given = awards(rows)
    return [
        ExportColumn("medal", False, [award.medal or "" if award else "" for award in given]),
        ExportColumn("top %", True, [str(award.top_percent) if award else "" for award in given]),
    ]


def _all(rows: Sequence[BoardRow | FoldRow], metric: str) -> Iterator[ExportColumn]:
    for field in fields(rows[0] if rows else BoardRow):
        name = field.name
        if name != "metric":
            heading = HEADINGS.get(name, name.replace("_", " "))
            heading = f"{name.removeprefix('score_')} {metric}" if name in SCORE_FORMATTERS else heading
            yield ExportColumn(
                heading, name in NUMBER_FORMATTERS, [format_cell(name, getattr(row, name)) for row in rows]
            )


def _few(rows: Sequence[BoardRow | FoldRow], *, higher_is_better: bool) -> list[ExportColumn]:
    numbers = _FOLD_NUMBERS if rows and isinstance(rows[0], FoldRow) else _BOARD_NUMBERS
    if any(getattr(row, "score_public", None) is not None for row in rows):
        numbers = {heading: cell for heading, cell in numbers.items() if heading != "all"}
    columns = [
        ExportColumn(heading, True, [*map(cell, rows)], _best(rows, _SCORES.get(heading), higher_is_better))
        for heading, cell in numbers.items()
    ]
    return [columns[0], ExportColumn("solution", False, [*map(row_name, rows)]), *columns[1:]]


def _best(rows: Sequence[BoardRow | FoldRow], name: str | None, higher_is_better: bool) -> list[int]:
    """Return the rows that have the best score of a field; none where all are equal."""
    scores = {row: value for row, each in enumerate(rows) if (value := getattr(each, name or "", None)) is not None}
    if not scores:
        return []
    best = (max if higher_is_better else min)(scores.values())
    rows_of_best = [row for row, score in scores.items() if score == best]
    return rows_of_best if len(rows_of_best) < len(scores) else []


def interval_text(row: BoardRow) -> str:
    """The interval of the score that ranks, with three digits; empty without one."""
    return "" if row.low is None or row.high is None else f"{row.low:.3f}–{row.high:.3f}"


def seeds_text(row: BoardRow) -> str:
    """Mean and standard deviation over the seeds, with three digits; empty for a single seed."""
    return "" if row.mean is None or row.deviation is None else f"{row.mean:.3f} ± {row.deviation:.3f} ({row.seeds})"


def _formatted(column: str) -> Callable[[Any], str]:
    return lambda row: format_cell(column, getattr(row, column))


def _fold_spread(row: FoldRow) -> str:
    return " ± ".join(format_cell("mean", value) for value in (row.mean, row.deviation) if value is not None)


_SCORES = {  # heading -> field
    "public": "score_public", "private": "score_private", "all": "score_all", "mean ± deviation": "mean",
}  # fmt: skip
_BOARD_NUMBERS: Mapping[str, Callable[[Any], str]] = {
    "#": _formatted("rank"),
    "public": _formatted("score_public"),
    "private": _formatted("score_private"),
    "all": _formatted("score_all"),
    "95 %": interval_text,
    "seeds": seeds_text,
}
_FOLD_NUMBERS: Mapping[str, Callable[[Any], str]] = {
    "#": _formatted("rank"),
    "mean ± deviation": _fold_spread,
    "folds": lambda row: f"{row.done}/{row.folds}",
}
