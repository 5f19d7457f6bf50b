"""How benchmarks are written down: what, what was measured, what must be reached."""

from types import ModuleType

from rich.console import Console
from rich.table import Table


def show(module: ModuleType) -> bool:
    """Print the rows of a benchmark and tell whether all are met."""
    table = Table(title=(module.__doc__ or "").splitlines()[0], title_justify="left")
    for heading in ("what", "measured", "required", ""):
        table.add_column(heading, overflow="fold")
    met = True
    for what, measured, required, ok in module.rows():
        table.add_row(what, measured, required, "ok" if ok else "MISSED")
        met &= ok
    Console().print(table)
    return met
