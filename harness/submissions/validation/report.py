"""What is wrong with a submission file: each kind of fault once, with how often, where first, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from harness.data.tables.csv_table import shown

if TYPE_CHECKING:
    from harness.submissions.validation.columns import Layout

Number = int | np.integer[Any]
Profile = Literal["kaggle", "strict"]  # what the site rejects; that, and what it accepts silently


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    `site` is what the site says where it rejects it, nothing where its words are not known, None where it accepts it;
    `scorer` whether the reference scorer refuses it, if the row has an answer.
    """

    name: str
    what: str
    remedy: str
    site: str | None = None
    scorer: bool = False


@dataclass(frozen=True)
class Fault:
    """A kind of fault in a file: how often, and the line, the column and the entry of its list where it is first.

    Lines, columns and entries count from 1; 0 where there is no such place. The example is a short, printable text.
    """

    kind: Kind
    count: int
    line: int
    column: int
    entry: int
    example: str

    @property
    def place(self) -> str:
        """Return where it is first.

        >>> Fault(Kind("odd", "odd ids", "mend them"), 3, 7, 2, 1, "'a'").place
        'line 7, column 2, entry 1'
        """
        named = {"line": self.line, "column": self.column if self.line else 0, "entry": self.entry}
        return ", ".join(f"{name} {number}" for name, number in named.items() if number)

    @property
    def told(self) -> str:
        """Return what is wrong and how often, or the message that tells all.

        >>> Fault(Kind("odd", "odd ids", "mend them"), 3, 7, 2, 1, "'a'").told
        "odd ids: 3, first 'a'"
        """
        if not self.kind.what:
            return self.example
        return f"{self.kind.what}: {self.count}" + (f", first {self.example}" if self.example else "")


@dataclass
class Report:
    """The faults of a file, each kind once."""

    path: Path
    found: dict[str, Fault] = field(default_factory=dict)  # by the name of the kind
    refusal: str | None = None  # what the reference scorer would stumble on first
    asked: int = 0  # queries that must have a row
    rows: int = 0
    answered: int = 0
    unchecked: tuple[str, ...] = ()  # what no table of the competition tells
    layout: Layout | None = None  # where the columns are taken to stand

    @property
    def faults(self) -> list[Fault]:
        """Return what is wrong: what the site rejects, then what it accepts, as it comes in the file."""
        return sorted(
            self.found.values(),
            key=lambda fault: (fault.kind.site is None, fault.line, fault.column, fault.entry, fault.kind.name),
        )

    def note(
        self, kind: Kind, count: Number, line: Number = 0, column: int = 0, entry: Number = 0, example: str = ""
    ) -> None:
        """Add faults of a kind, none of them before those that were noted."""
        if count:
            new = Fault(kind, 0, int(line), int(column), int(entry), shown(example) if line or example else "")
            self._add(self.found.get(kind.name, new), int(count))

    def note_message(self, kind: Kind, message: str) -> None:
        """Add a fault that a message tells all about, which may begin with the path."""
        self._add(Fault(kind, 0, 0, 0, 0, message.removeprefix(str(self.path)).lstrip(":, ")), 1)

    def _add(self, first: Fault, count: int) -> None:
        kind, told = first.kind, (first.line, first.column, first.entry, first.example)
        self.found[kind.name] = Fault(kind, first.count + count, *told)

    def of(self, profile: Profile) -> list[Fault]:
        """Return the faults that count in a profile."""
        return [fault for fault in self.faults if profile == "strict" or fault.kind.site is not None]

    def rejected(self, profile: Profile) -> bool:
        """Tell whether anything of the profile is wrong."""
        return bool(self.of(profile))

    def lines(self, profile: Profile = "strict") -> list[str]:
        """Return all that is wrong, for people: at most two lines for each kind."""
        found = [line for fault in self.of(profile) for line in self._lines(fault)]
        return found + [f"{self.path}: not checked: {what}" for what in self.unchecked]

    def short(self) -> list[str]:
        """Return one line for each kind."""
        return [f"{self.path}: {fault.told}" + (f" in {fault.place}" if fault.place else "") for fault in self.faults]

    def document(self) -> dict[str, object]:
        """Return the report as a JSON document."""
        return {
            "file": str(self.path),
            "rejected": {"kaggle": self.rejected("kaggle"), "strict": self.rejected("strict")},
            "rows": self.rows,
            "answered": self.answered,
            "unchecked": list(self.unchecked),
            "faults": [self._document(fault) for fault in self.faults],
        }

    def _lines(self, fault: Fault) -> list[str]:
        where = f"{self.path}, {fault.place}" if fault.place else str(self.path)
        judged = "accepted silently" if fault.kind.site is None else "rejected"
        lines = [f"{where}: {judged}: {fault.told}; {fault.kind.remedy}"]
        return [*lines, f"    the site says: {self._site(fault)}"] if fault.kind.site else lines

    def _site(self, fault: Fault) -> str:
        places = {"line": fault.line, "column": fault.column, "example": fault.example}
        return (fault.kind.site or "").format(count=fault.count, asked=self.asked, **places)

    def _document(self, fault: Fault) -> dict[str, object]:
        return {
            "kind": fault.kind.name,
            "what": fault.kind.what,
            "remedy": fault.kind.remedy,
            "count": fault.count,
            "line": fault.line,
            "column": fault.column,
            "entry": fault.entry,
            "example": fault.example,
            "rejected": fault.kind.site is not None,
            "site": self._site(fault),
            "scorer": fault.kind.scorer,
        }
