"""The columns of a leaderboard in the terminal, and which of them a window has room for."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.rendering.export_columns import interval_text, medal_columns, seeds_text
from leaderboard.rendering.format_cells import format_cell
from leaderboard.rendering.wrap import widest_piece, wrap

Rows = Sequence[BoardRow | FoldRow]
MARK = "*"  # before the rank of a row to point out
TIE = "="  # behind the rank of a row that is tied with the best
_TIE_LEGEND = "=: not significantly different from the best (paired permutation test, Holm's correction, p ≥ 0.05)"
GAP = 2  # columns between two cells
_WIDEST_PIECE = 40  # columns; wider pieces of names are broken
_LINES = ((6, 1), (5, 2))  # importance from which on a column is dropped unless names fit so many lines


@dataclass(frozen=True)
class TerminalColumn:
    """A column of text; the columns of the highest `importance` are dropped first, those of 0 never.

    `legend` explains the heading under the table.
    """

    heading: str
    importance: int
    cell: Callable[[Any], str]
    legend: str = ""

    def width(self, rows: Rows) -> int:
        """The number of terminal columns."""
        from rich.cells import cell_len

        return max(map(cell_len, (self.heading, *map(self.cell, rows))))


def columns_that_fit(
    columns: Sequence[TerminalColumn], rows: Rows, names: Sequence[str], width: int
) -> tuple[list[TerminalColumn], int]:
    """The columns that a window of `width` columns has room for, and the width of the names.

    Columns without a value are left out. Others are dropped until no name has to be broken within a word, and
    unimportant ones until names fit one or two lines.
    """
    columns = [each for each in columns if each.importance == 0 or any(map(each.cell, rows)) or not rows]
    while True:
        room = width - sum(column.width(rows) + GAP for column in columns)
        dropped = max(columns, key=lambda column: column.importance)
        if dropped.importance == 0 or _suffices(names, room, dropped.importance):
            return columns, max(1, min(room, _widest(names)))
        columns.remove(dropped)


def _suffices(names: Sequence[str], room: int, importance: int) -> bool:
    """Whether names have enough room, or else a column of this importance has to go."""
    if room < min(_WIDEST_PIECE, max(map(widest_piece, names), default=0)):
        return False
    allowed = next((lines for least, lines in _LINES if importance >= least), None)
    return allowed is None or all(len(wrap(name, room)) <= allowed for name in names)


def _widest(names: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, names), default=0)


@dataclass(frozen=True)
class Marks:
    """The identities whose rows have a star, and those that are tied with the best."""

    starred: Collection[str] = ()
    tied: Collection[str] = ()


def board_columns(rows: Rows, arrow: str, marks: Marks, *, medals: bool = False) -> list[TerminalColumn]:
    """All columns but the names; `arrow` is in the headings of scores."""

    def rank(row: BoardRow | FoldRow) -> str:
        return MARK * (row.identity in marks.starred) + format_cell("rank", row.rank)

    others = _fold_columns(arrow) if rows and isinstance(rows[0], FoldRow) else _columns(arrow)
    tie = TerminalColumn(TIE, 1, lambda row: TIE * (row.identity in marks.tied), _TIE_LEGEND)
    return [TerminalColumn("#", 0, rank), tie, *(_medals(rows) if medals else []), *others]


def _medals(rows: Rows) -> list[TerminalColumn]:
    places = {id(row): place for place, row in enumerate(rows)}
    medal, percent = ([*column.cells] for column in medal_columns(rows))
    legend = f"medal: as Kaggle gives them to {sum(map(bool, percent))} teams, here the ranked solutions"
    return [
        TerminalColumn("medal", 1, lambda row: medal[places[id(row)]], legend),
        TerminalColumn("top %", 2, lambda row: percent[places[id(row)]]),
    ]


def _columns(arrow: str) -> list[TerminalColumn]:
    return [
        TerminalColumn("Δ", 4, _formatted("move"), "Δ: ranks gained (▲) or lost (▼) on the private part"),
        TerminalColumn(f"public {arrow}", 1, _formatted("score_public")),
        TerminalColumn(f"private {arrow}", 2, _formatted("score_private")),
        TerminalColumn(f"all {arrow}", 5, _formatted("score_all")),
        TerminalColumn("95 %", 3, interval_text, "95 %: interval of the score that ranks"),
        TerminalColumn(
            "seeds", 3, seeds_text, "seeds: mean ± standard deviation of the score that ranks (number of seeds)"
        ),
        TerminalColumn("wall s", 6, _number("wall_s", 1)),
        TerminalColumn("MB", 7, _number("peak_mb", 0)),
        TerminalColumn("private #", 8, _formatted("private_rank")),
        TerminalColumn("entry", 9, _formatted("entry_id")),
        TerminalColumn("CPU s", 10, _number("cpu_s", 1)),
        TerminalColumn("entries", 11, _formatted("entries")),
        TerminalColumn("entered", 12, _formatted("created")),
        TerminalColumn("device", 13, _gpu),
    ]


def _fold_columns(arrow: str) -> list[TerminalColumn]:
    return [
        TerminalColumn(f"mean {arrow}", 1, _formatted("mean")),
        TerminalColumn("deviation", 2, _formatted("deviation")),
        TerminalColumn("folds", 3, _folds),
        TerminalColumn("part", 5, _formatted("part")),
        TerminalColumn("wall s", 6, _number("wall_s", 1)),
        TerminalColumn("MB", 7, _number("peak_mb", 0)),
        TerminalColumn("CPU s", 10, _number("cpu_s", 1)),
        TerminalColumn("entries", 11, _formatted("entries")),
        TerminalColumn("entered", 12, _formatted("created")),
    ]


def _formatted(column: str) -> Callable[[Any], str]:
    return lambda row: format_cell(column, getattr(row, column))


def _number(column: str, digits: int) -> Callable[[Any], str]:
    return lambda row: "" if (value := getattr(row, column)) is None else f"{value:.{digits}f}"


def _gpu(row: BoardRow) -> str:
    return "" if row.device in (None, "cpu") else format_cell("device", row.device)


def _folds(row: FoldRow) -> str:
    lacks = [f"{row.failed} failed"] if row.failed else []
    return ", ".join([f"{row.done}/{row.folds}", *lacks, *([] if row.complete else ["incomplete"])])
