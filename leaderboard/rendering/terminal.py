"""Leaderboards in the terminal, with as many columns as the window has room for."""

from collections.abc import Callable, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from leaderboard.board import BoardRow
from leaderboard.folds import FoldRow
from leaderboard.rendering.format_cells import format_cell

NARROW = 64  # characters; narrower windows show only rank, name and scores
WIDE = 150  # characters; wider windows show all columns
HIDDEN_IF_NARROW = "Δ", "95 %", "seeds", "all {arrow}", "part"
Cell = Callable[[Any], str]


def terminal_table(rows: Sequence[BoardRow | FoldRow], title: str, caption: str, arrow: str, width: int) -> Table:
    """Render the rows as a rich Table for a window of `width` characters; `arrow` is in the headings of scores.

    From WIDE characters on, every value is shown. A narrower table leaves out private ranks (the move implies them),
    entries, times and CPU time, and coverage where every query was answered. The interval and the spread over seeds
    are left out below NARROW characters and if no row has one. Title and caption must be safe to show.
    """
    columns, details, few = FOLD_COLUMNS if rows and isinstance(rows[0], FoldRow) else BOARD_COLUMNS
    shown_columns = columns | (details if width >= WIDE else few)
    if width < NARROW:
        shown_columns = {heading: cell for heading, cell in columns.items() if heading not in HIDDEN_IF_NARROW}
    if "95 %" in shown_columns and any(map(_interval, rows)):
        caption += f"{'; ' * bool(caption)}95 %: interval of the score that ranks"
    else:
        shown_columns.pop("95 %", None)
    if "seeds" in shown_columns and any(map(_seeds, rows)):
        caption += f"{'; ' * bool(caption)}seeds: mean ± standard deviation of the score that ranks (number of seeds)"
    else:
        shown_columns.pop("seeds", None)
    table = Table(title=Text(title), caption=Text(caption), box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for heading in shown_columns:
        if heading == "solution" or (heading in details and heading != "private #"):
            table.add_column(heading, overflow="fold")
        else:
            table.add_column(heading.format(arrow=arrow), justify="right", no_wrap=True)
    for row in rows:
        cells = {heading: Text(cell(row)) for heading, cell in shown_columns.items()}
        if width < WIDE and (lacking := _lacking(row)):
            cells["solution"].append(f"\n{lacking}", style="dim")
        table.add_row(*cells.values(), style="dim" if row.rank is None else None)
    return table


def _formatted(column: str) -> Cell:
    return lambda row: format_cell(column, getattr(row, column))


def _number(column: str, digits: int) -> Cell:
    return lambda row: "" if (value := getattr(row, column)) is None else f"{value:.{digits}f}"


def _name_and_reason(row: BoardRow | FoldRow) -> str:
    """Return the identity, with the solution if it has another name, and the reason why it is not ranked."""
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
    device = format_cell("device", getattr(row, "device", None))
    gpu = f", {device}" if device not in ("", "cpu") else ""
    return f"{row.wall_s:.1f} s wall, {row.cpu_s:.1f} s CPU, {row.peak_mb:.0f} MB{gpu}"


def _interval(row: BoardRow | FoldRow) -> str:
    """Return the interval of the score that ranks, with three digits."""
    return "" if isinstance(row, FoldRow) or row.low is None or row.high is None else f"{row.low:.3f}–{row.high:.3f}"


def _seeds(row: BoardRow | FoldRow) -> str:
    """Return mean and standard deviation over the seeds, with three digits; empty for a single seed."""
    if isinstance(row, FoldRow) or row.mean is None or row.deviation is None:
        return ""
    return f"{row.mean:.3f} ± {row.deviation:.3f} ({row.seeds})"


def _folds(row: FoldRow) -> str:
    lacks = [f"{row.failed} failed"] if row.failed else []
    return ", ".join([f"{row.done}/{row.folds}", *lacks, *([] if row.complete else ["incomplete"])])


_FEW: dict[str, Cell] = {"wall s": _number("wall_s", 1), "MB": _number("peak_mb", 0)}
BOARD_COLUMNS: tuple[dict[str, Cell], dict[str, Cell], dict[str, Cell]] = (
    {
        "#": _formatted("rank"),
        "Δ": _formatted("move"),
        "solution": _name_and_reason,
        "95 %": _interval,
        "seeds": _seeds,
        "public {arrow}": _formatted("score_public"),
        "private {arrow}": _formatted("score_private"),
        "all {arrow}": _formatted("score_all"),
    },
    {
        "private #": _formatted("private_rank"),
        "entries": _entries,
        "entry": _entry,
        "coverage": _formatted("coverage"),
        "cost": _cost,
    },
    _FEW,
)
FOLD_COLUMNS: tuple[dict[str, Cell], dict[str, Cell], dict[str, Cell]] = (
    {
        "#": _formatted("rank"),
        "solution": _name_and_reason,
        "part": _formatted("part"),
        "mean {arrow}": _formatted("mean"),
        "deviation": _formatted("deviation"),
        "folds": _folds,
    },
    {"entries": _entries, "entered": _formatted("created"), "cost": _cost},
    _FEW,
)
