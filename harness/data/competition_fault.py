"""Faults of a competition folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.data.tables.cells import quote
from harness.data.tables.csv_table import CsvTable
from harness.errors import DataError

_EXAMPLES = 10

Tables = dict[str, CsvTable]  # the readable ones of train, index and test


@dataclass(frozen=True)
class CompetitionFault:
    """One kind of fault: the file, what is invalid, how often, and the first few ids or lines."""

    where: str
    what: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.examples) else ""
        return f"{self.where}: {self.count} {self.what} ({', '.join(self.examples)}{more})"


def unreadable_table(path: Path, error: DataError) -> CompetitionFault:
    """Return the fault of a table that cannot be read."""
    return CompetitionFault(path.name, "table cannot be read", 1, (str(error),))


def row_faults(table: CsvTable, column: str, what: str, rows: list[int]) -> Iterator[CompetitionFault]:
    """Yield one fault of some rows of a table with their lines and cells; none without rows."""
    examples = tuple(f"line {table.lines[row]}: {quote(table[column][row])}" for row in rows[:_EXAMPLES])
    if rows:
        yield CompetitionFault(table.path.name, what, len(rows), examples)


def value_faults(
    where: str, what: str, values: Iterable[object], *, quoted: bool = False
) -> Iterator[CompetitionFault]:
    """Yield one fault with its values, which are quoted unless they are already; none without values."""
    texts = [str(value) if quoted else quote(value) for value in values]
    if texts:
        yield CompetitionFault(where, what, len(texts), tuple(texts[:_EXAMPLES]))
