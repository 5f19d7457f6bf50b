"""Leaderboards in the terminal, with as many columns as the window has room for."""

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.rendering.columns import GAP, MARK, Rows, board_columns, columns_that_fit
from leaderboard.rendering.format_cells import format_cell
from leaderboard.rendering.wrap import wrap

_BEFORE_NAME = "#", "Δ"  # headings; the other columns stand behind the names


def terminal_table(
    rows: Rows, title: str, captions: Sequence[str], arrow: str, width: int, marked: Collection[str] = ()
) -> Text:
    """The rows as text for a window of `width` columns; `arrow` is in the headings of scores.

    Columns that do not fit are left out, the least important first; names are wrapped between words. Reasons stand
    under the table. Rows of the `marked` identities have a star. Title and captions must be safe to show.
    """
    names = [_name(row) for row in rows]
    columns, name_width = columns_that_fit(board_columns(rows, arrow, marked), rows, names, width)
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
        table += lines(wrap(name, name_width), [column.cell(row) for column in columns], _style(row, marked))
    legends = [column.legend for column in columns if column.legend]
    notes = [*([f"{MARK} of this command"] if marked else []), *_notes(rows), *captions, *legends]
    below = [Text(line, style="dim") for note in notes for line in wrap(note, width)]
    return Text("\n").join([*table, *([Text(), *below] if below else [])])


def _name(row: BoardRow | FoldRow) -> str:
    """The identity, with the solution if it has another name."""
    solution, identity = format_cell("solution", row.solution), format_cell("identity", row.identity)
    return identity if identity.startswith(solution) else f"{solution}: {identity}"


def _style(row: BoardRow | FoldRow, marked: Collection[str]) -> str:
    if isinstance(row, BoardRow) and row.status == "failed":
        return "red"
    if row.identity in marked:
        return "bold"
    return "dim" if row.rank is None else ""


def _notes(rows: Rows) -> list[str]:
    """Why rows are not ranked, and which queries lack an answer; rows of the same reason share a note."""
    names: dict[str, list[str]] = {}
    for row in rows:
        for reason in (_reason(row), _lacking(row)):
            if reason:
                names.setdefault(reason, []).append(_name(row))
    return [f"{', '.join(of)}: {reason}" for reason, of in names.items()]


def _reason(row: BoardRow | FoldRow) -> str:
    reason = format_cell("reason", row.reason)
    if isinstance(row, BoardRow) and row.status != "scored":
        return f"{row.status}: {reason}" if reason else row.status
    return reason


def _lacking(row: BoardRow | FoldRow) -> str:
    coverage = row.coverage if isinstance(row, BoardRow) else None
    if coverage is None or coverage.answered == coverage.queries:
        return ""
    return f"{format_cell('coverage', coverage)} queries answered"
