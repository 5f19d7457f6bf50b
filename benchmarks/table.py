"""The table of a benchmark: what is measured, the measured figure, the required figure, and whether it is reached."""

from types import ModuleType

from rich.console import Console
from rich.table import Table

Row = tuple[str, str, str, bool]  # what is measured, measured figure, required figure, is it reached?


def show(module: ModuleType) -> bool:
    """Print the rows of a benchmark and return whether all required figures are reached."""
    table = Table(title=(module.__doc__ or "").splitlines()[0], title_justify="left")
    for heading in ("what", "measured", "required", ""):
        table.add_column(heading, overflow="fold")
    passed = True
    for what, measured, required, ok in module.rows():
        table.add_row(what, measured, required, "ok" if ok else "MISSED")
        passed &= ok
    Console().print(table)
    return passed
