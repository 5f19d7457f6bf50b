"""The columns of a leaderboard in Markdown and LaTeX: a few, short enough to paste, or all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.medals import awards
from leaderboard.rendering.format_cells import NUMBER_FORMATTERS, SCORE_FORMATTERS, format_cell
from leaderboard.rendering.notes import row_name

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


def export_columns(
    rows: Sequence[BoardRow | FoldRow], metric: str, *, every: bool = False, medals: bool = False
) -> list[ExportColumn]:
    """All columns of the rows if `every`, else rank, name, scores and interval, without those that have no value.

    `metric` is in the headings of scores where there are all columns. With `medals` there are a medal and a percentile.
    """
    columns = [*(_all(rows, metric) if every else _few(rows)), *(medal_columns(rows) if medals else [])]
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


def _few(rows: Sequence[BoardRow | FoldRow]) -> list[ExportColumn]:
    numbers = _FOLD_NUMBERS if rows and isinstance(rows[0], FoldRow) else _BOARD_NUMBERS
    if any(getattr(row, "score_public", None) is not None for row in rows):
        numbers = {heading: cell for heading, cell in numbers.items() if heading != "all"}
    columns = [ExportColumn(heading, True, [*map(cell, rows)]) for heading, cell in numbers.items()]
    return [columns[0], ExportColumn("solution", False, [*map(row_name, rows)]), *columns[1:]]


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
