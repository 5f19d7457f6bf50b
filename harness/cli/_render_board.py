"""Boards of a competition in the formats of `landmark leaderboard`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from leaderboard import BoardRow, FoldRow
    from leaderboard.rendering.export_columns import FurtherColumn
    from leaderboard.storage.notes import EntryNote
    from metrics import Task

Format = Literal["table", "csv", "json", "markdown", "latex"]


@dataclass(frozen=True)
class BoardStyle:
    """A format, with medals or all columns, and the identities whose rows have a star in the terminal.

    `shares` tells how many of the queries each part has, `tied` are the identities that tie with the best, and `notes`
    are those of entries by id.
    """

    format: Format
    medals: bool = False
    every_column: bool = False
    marked: Collection[str] = ()
    shares: bool = True
    tied: Collection[str] = ()
    notes: Mapping[int, EntryNote] = field(default_factory=dict)


def print_board(
    competition: Competition, task: Task, rows: Sequence[BoardRow | FoldRow], style: BoardStyle, split: str = ""
) -> None:
    """Print a board, and an empty line unless it is CSV; `split` names a sample of the queries."""
    if style.format == "table":
        from rich.console import Console

        Console().print(render_board(competition, task, rows, style, split))
    else:
        sys.stdout.write(render_board(competition, task, rows, style, split))
    if style.format != "csv":
        sys.stdout.write("\n")


def render_board(
    competition: Competition, task: Task, rows: Sequence[BoardRow | FoldRow], style: BoardStyle, split: str = ""
) -> Any:
    """Return a board as text, of rich for the format `table`."""
    from harness.data.ground_truth import part_shares
    from leaderboard import FoldRow, render
    from metrics import metric as metric_named
    from metrics import metrics_of

    names = [row.metric for row in rows if row.metric]
    has_folds = any(isinstance(row, FoldRow) for row in rows)
    metric = metric_named(names[0]) if names else (metrics_of(task) if has_folds else competition.metrics(task))[0]
    has_shares = style.shares and not split and not has_folds
    return render(
        rows,
        style.format,
        title=", ".join([competition.name, task, *([split] if split else [])]),
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        shares=part_shares(competition.folder, task) if has_shares else {},
        marked=style.marked,
        medals=style.medals,
        every_column=style.every_column,
        tied=() if split else style.tied,
        further=_note_columns(rows, style),
    )


def _note_columns(rows: Sequence[BoardRow | FoldRow], style: BoardStyle) -> list[FurtherColumn]:
    """Return the columns star, tags and note for CSV and JSON where any entry has them."""
    if not style.notes or style.format not in ("csv", "json"):
        return []
    from leaderboard.storage.notes import EntryNote, note_columns

    return note_columns([style.notes.get(getattr(row, "entry_id", None) or 0, EntryNote()) for row in rows])
