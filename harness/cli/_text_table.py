"""Tables of a command in the terminal: names are wrapped, and columns without room are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len

from harness.cli._output import terminal_width
from leaderboard.rendering.wrap import wrap

_GAP = 2  # columns of the terminal between two columns of the table
_LEAST_NAME = 20  # columns of the terminal for names, before a column of the table is left out


def fits(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a table has room in the terminal; without a terminal, every table has."""
    widths = _widths(rows)
    return sum(widths) + _GAP * (len(widths) - 1) <= terminal_width()


def table_lines(rows: Sequence[Sequence[str]], *, names: int = 0, optional: Sequence[int] = ()) -> Iterator[str]:
    """Yield the lines of a table; the first row holds the headings, the column `names` is wrapped if it has to be.

    The `optional` columns are left out where the terminal has no room for them, in this order.
    """
    widths, room = _widths(rows), terminal_width()
    columns = _columns_with_room(widths, names, optional, room)
    others = sum(widths[column] + _GAP for column in columns if column != names)
    widths[names] = min(widths[names], max(_LEAST_NAME, room - others))
    for row in rows:
        cells = [wrap(row[column], widths[names]) if column == names else [row[column]] for column in columns]
        for line in zip_longest(*cells, fillvalue=""):
            padded = [
                _pad(text, widths[column], left=column == names) for column, text in zip(columns, line, strict=True)
            ]
            yield (" " * _GAP).join(padded).rstrip()


def _columns_with_room(widths: Sequence[int], names: int, optional: Sequence[int], room: int) -> list[int]:
    """Return the numbers of the columns that stay."""
    columns = list(range(len(widths)))
    for column in optional:
        needed = sum(widths[each] for each in columns if each != names) + min(widths[names], _LEAST_NAME)
        if needed + _GAP * (len(columns) - 1) <= room:
            break
        columns.remove(column)
    return columns


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]


def _pad(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - cell_len(text))
    return text + space if left else space + text
