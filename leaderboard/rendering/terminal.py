"""Leaderboards in the terminal: everything where there is room, what decides where there is not."""

from collections.abc import Callable, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.rendering.format_cells import format_cell

NARROW = 64  # characters, below which only rank, name and scores are shown
WIDE = 150  # characters, from which on every column has room
LEFT_OUT = "Δ", "95 %", "all {arrow}", "part"  # of a narrow table
Cell = Callable[[Any], str]


def terminal_table(rows: Sequence[BoardRow | FoldRow], title: str, caption: str, arrow: str, width: int) -> Table:
    """The rows as a rich Table for a window of `width` characters; `arrow` stands beside the scores.

    From WIDE characters on every value is there. A narrower table leaves out private ranks (the move tells them),
    entries, moments and CPU time, and coverage where every query was answered; below NARROW there is no interval, and
    nowhere where no row has one. Title and caption must be safe to show.
    """
    columns, details, few = FOLD_COLUMNS if rows and isinstance(rows[0], FoldRow) else BOARD_COLUMNS
    beside = columns | (details if width >= WIDE else few)
    if width < NARROW:
        beside = {heading: cell for heading, cell in columns.items() if heading not in LEFT_OUT}
    if "95 %" in beside and any(map(_interval, rows)):
        caption += f"{'; ' * bool(caption)}95 %: interval of the score that ranks"
    else:
        beside.pop("95 %", None)
    table = Table(title=Text(title), caption=Text(caption), box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for heading in beside:
        if heading == "solution" or (heading in details and heading != "private #"):
            table.add_column(heading, overflow="fold")
        else:
            table.add_column(heading.format(arrow=arrow), justify="right", no_wrap=True)
    for row in rows:
        cells = {heading: Text(cell(row)) for heading, cell in beside.items()}
        if width < WIDE and (lacking := _lacking(row)):
            cells["solution"].append(f"\n{lacking}", style="dim")
        table.add_row(*cells.values(), style="dim" if row.rank is None else None)
    return table


def _only(column: str) -> Cell:
    return lambda row: format_cell(column, getattr(row, column))


def _who(row: BoardRow | FoldRow) -> str:
    """The identity, which as a rule begins with the solution's name, and why it is not ranked."""
    solution, identity = format_cell("solution", row.solution), format_cell("identity", row.identity)
    name = identity if identity.startswith(solution) else f"{solution}: {identity}"
    status = f"{row.status}: " if isinstance(row, BoardRow) and row.status != "scored" else ""
    why = status + format_cell("reason", row.reason)
    return f"{name}\n{why}" if why else name


def _lacking(row: BoardRow | FoldRow) -> str:
    coverage = row.coverage if isinstance(row, BoardRow) else None
    return f"{format_cell('coverage', coverage)} queries" if coverage and coverage.answered < coverage.queries else ""


def _entries(row: BoardRow | FoldRow) -> str:
    return f"{row.entries}, the last {format_cell('last', row.last)}"


def _entry(row: BoardRow) -> str:
    return f"{format_cell('entry_id', row.entry_id)}, {format_cell('created', row.created)}"


def _cost(row: BoardRow | FoldRow) -> str:
    if row.wall_s is None or row.cpu_s is None or row.peak_mb is None:
        return "not measured"
    return f"{row.wall_s:.1f} s wall, {row.cpu_s:.1f} s CPU, {row.peak_mb:.0f} MB"


def _interval(row: BoardRow | FoldRow) -> str:
    """The interval of the score that ranks, in three digits."""
    return "" if isinstance(row, FoldRow) or row.low is None or row.high is None else f"{row.low:.3f}–{row.high:.3f}"


def _wall(row: BoardRow | FoldRow) -> str:
    return "" if row.wall_s is None else f"{row.wall_s:.1f}"


def _peak(row: BoardRow | FoldRow) -> str:
    return "" if row.peak_mb is None else f"{row.peak_mb:.0f}"


def _folds(row: FoldRow) -> str:
    lacks = [f"{row.failed} failed"] if row.failed else []
    return ", ".join([f"{row.done}/{row.folds}", *lacks, *([] if row.complete else ["incomplete"])])


_FEW: dict[str, Cell] = {"wall s": _wall, "MB": _peak}
BOARD_COLUMNS: tuple[dict[str, Cell], dict[str, Cell], dict[str, Cell]] = (
    {
        "#": _only("rank"),
        "Δ": _only("move"),
        "solution": _who,
        "95 %": _interval,
        "public {arrow}": _only("score_public"),
        "private {arrow}": _only("score_private"),
        "all {arrow}": _only("score_all"),
    },
    {
        "private #": _only("private_rank"),
        "entries": _entries,
        "entry": _entry,
        "coverage": _only("coverage"),
        "cost": _cost,
    },
    _FEW,
)
FOLD_COLUMNS: tuple[dict[str, Cell], dict[str, Cell], dict[str, Cell]] = (
    {
        "#": _only("rank"),
        "solution": _who,
        "part": _only("part"),
        "mean {arrow}": _only("mean"),
        "deviation": _only("deviation"),
        "folds": _folds,
    },
    {"entries": _entries, "entered": _only("created"), "cost": _cost},
    _FEW,
)
