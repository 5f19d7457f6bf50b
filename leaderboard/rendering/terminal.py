"""Leaderboards in the terminal, with as many columns as the window has room for."""

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.rendering.columns import GAP, MARK, TIE, Marks, Rows, board_columns, columns_that_fit
from leaderboard.rendering.notes import row_name, row_notes
from leaderboard.rendering.wrap import wrap

_BEFORE_NAME = "#", TIE, "medal", "top %", "Δ"  # headings; the other columns stand behind the names


def terminal_table(
    rows: Rows,
    title: str,
    captions: Sequence[str],
    arrow: str,
    width: int,
    marks: Marks | None = None,
    *,
    medals: bool = False,
) -> Text:
    """The rows as text for a window of `width` columns; `arrow` is in the headings of scores.

    Columns that do not fit are left out, the least important first; names are wrapped between words. Reasons stand
    under the table. Rows of marked identities have a star or "=". Title and captions must be safe to show.
    """
    names, marks = [row_name(row) for row in rows], marks or Marks()
    columns = board_columns(rows, arrow, marks, medals=medals)
    columns, name_width = columns_that_fit(columns, rows, ["solution", *names], width)
    widths = [column.width(rows) for column in columns]
    before = sum(column.heading in _BEFORE_NAME for column in columns)
    name_width = max(name_width, len("solution"))

    def lines(name: Sequence[str], cells: Sequence[str], style: str) -> Iterator[Text]:
        padded = [f"{cell:>{width - cell_len(cell) + len(cell)}}" for cell, width in zip(cells, widths, strict=True)]
        for part, first in zip_longest(name, [padded], fillvalue=None):
            shown = first or [" " * width for width in widths]
            filled = (part or "") + " " * (name_width - cell_len(part or ""))
            yield Text((" " * GAP).join([*shown[:before], filled, *shown[before:]]).rstrip(), style=style)

    table = [Text(title, style="bold"), *lines(["solution"], [column.heading for column in columns], "bold")]
    table.append(Text("─" * (sum(widths) + name_width + GAP * len(columns))))
    for row, name in zip(rows, names, strict=True):
        table += lines(wrap(name, name_width), [column.cell(row) for column in columns], _style(row, marks.starred))
    legends = [column.legend for column in columns if column.legend]
    notes = [*([f"{MARK} of this command"] if marks.starred else []), *row_notes(rows), *captions, *legends]
    below = [Text(line, style="dim") for note in notes for line in wrap(note, width)]
    return Text("\n").join([*table, *([Text(), *below] if below else [])])


def _style(row: BoardRow | FoldRow, marked: Collection[str]) -> str:
    if isinstance(row, BoardRow) and row.status == "failed":
        return "red"
    if row.identity in marked:
        return "bold"
    return "dim" if row.rank is None else ""
