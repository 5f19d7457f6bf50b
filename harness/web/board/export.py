"""The rows of a board as it is shown, as CSV, JSON, Markdown or LaTeX."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, Literal

from harness.web.data.board_cache import RankedBoard, Tab, rank_on_tab
from harness.web.shared.board_columns import Row, RowContext, column_of, parameters_of
from harness.web.shared.board_context import BoardContext
from harness.web.shared.board_query import BoardQuery, select_rows
from harness.web.shared.board_view import row_context, visible_query
from leaderboard import Entry, render
from leaderboard.board import BoardRow, board_row
from leaderboard.rendering.export_columns import FurtherColumn
from leaderboard.storage.notes import EntryNote, note_columns

ExportFormat = Literal["csv", "json", "markdown", "latex"]
MEDIA_TYPES: dict[ExportFormat, tuple[str, str]] = {  # media type, and the end of the file's name
    "csv": ("text/csv", "csv"),
    "json": ("application/json", "json"),
    "markdown": ("text/plain", "md"),
    "latex": ("text/plain", "tex"),
}
_AT_ONCE = 5000  # entries of one database query


def export_board(
    board: BoardContext, ranked: RankedBoard, tab: Tab, query: BoardQuery, chosen: Collection[int], format: ExportFormat
) -> str:
    """Return the rows that a query selects, of all pages, or those of the chosen entries, with the shown columns.

    CSV and JSON have all columns of a leaderboard, star, tags and note besides; Markdown and LaTeX are short.
    """
    context = row_context(board, ranked, tab)
    rows = select_rows(ranked.standings, tab, visible_query(board, tab, query), context)
    rows = [row for row in rows if not chosen or row.entry.id in chosen]
    entries = _entries(board, rows)
    board_rows = [_visible_row(row, entries[row.entry.id], board, ranked, tab) for row in rows]
    further = [*_chosen_columns(rows, query, context)]
    if format in ("csv", "json") and not board.page.permissions.user_name:
        further += note_columns([context.notes.get(row.entry.id, EntryNote()) for row in rows])
    metric = ranked.metric
    return render(
        board_rows,
        format,
        title=board.title,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        further=further,
    )


def _entries(board: BoardContext, rows: Sequence[Row]) -> dict[int, Entry]:
    ids = [row.entry.id for row in rows]
    entries: dict[int, Entry] = {}
    for start in range(0, len(ids), _AT_ONCE):
        entries |= board.page.site.store.by_ids(ids[start : start + _AT_ONCE])
    return entries


def _visible_row(row: Row, entry: Entry, board: BoardContext, ranked: RankedBoard, tab: Tab) -> BoardRow:
    """Return a row with its rank on the tab, without the scores that the user may not see."""
    full = board_row(row, entry, ranked.order, ranked.part)
    hidden: dict[str, Any] = {
        f"score_{part}": None for part in ("public", "private", "all") if part not in board.visible_parts
    }
    if "private" not in board.visible_parts:
        hidden |= {"private_rank": None, "move": None}
    return replace(full, rank=rank_on_tab(row, tab), **hidden)


def _chosen_columns(rows: Sequence[Row], query: BoardQuery, context: RowContext) -> Iterator[FurtherColumn]:
    """Yield the shown columns of further metrics and parameters."""
    own = {field.name for field in fields(BoardRow)}
    for name in query.columns:
        if name[:2] in ("m:", "p:"):
            column, key = column_of(name), name[2:]
            is_parameter = name.startswith("p:")
            values = [parameters_of(row).get(key) if is_parameter else column.value(row, context) for row in rows]
            yield FurtherColumn(f"{key} (parameter)" if is_parameter and key in own else key, values)
