"""The validation report of a submission file: each kind of fault with its count, first position and remedy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from harness.data.tables.cells import quote
from harness.submissions.validation.fault_kinds import FaultKind, SubmissionFault
from metrics import Task

Number = int | np.integer[Any]
Profile = Literal["kaggle", "strict"]  # "kaggle": faults that Kaggle rejects; "strict": all faults


@dataclass(frozen=True)
class SubmissionColumns:
    """The columns of a submission file: the cells of the query and the answer, from 0, and the cells in a row."""

    task: Task
    query: int = 0
    answer: int = 1
    width: int = 2


@dataclass
class ValidationReport:
    """The faults of a submission file, one record for each kind, and its row counts."""

    path: Path
    fault_by_kind: dict[str, SubmissionFault] = field(default_factory=dict)  # key: name of the kind
    scorer_error: str | None = None  # the reference scorer's first error
    n_required: int = 0  # queries that must have a row
    n_rows: int = 0
    n_answered: int = 0
    skipped_checks: tuple[str, ...] = ()  # checks that need a missing table
    columns: SubmissionColumns | None = None  # None: cannot be determined

    @property
    def faults(self) -> list[SubmissionFault]:
        """Return the faults that Kaggle rejects, then the ones that it accepts, each group in file order."""
        return sorted(
            self.fault_by_kind.values(),
            key=lambda fault: (fault.kind.kaggle_error is None, fault.line, fault.column, fault.entry, fault.kind.name),
        )

    def note(
        self, kind: FaultKind, count: Number, line: Number = 0, column: int = 0, entry: Number = 0, example: str = ""
    ) -> None:
        """Add `count` faults of a kind; call it in file order, because the first position is stored."""
        if count:
            text = quote(example) if line or example else ""
            first = SubmissionFault(kind, 0, int(line), int(column), int(entry), text)
            self._add(self.fault_by_kind.get(kind.name, first), int(count))

    def note_message(self, kind: FaultKind, message: str) -> None:
        """Add a fault described by a message; a leading path is removed."""
        self._add(SubmissionFault(kind, 0, 0, 0, 0, message.removeprefix(str(self.path)).lstrip(":, ")), 1)

    def _add(self, first: SubmissionFault, count: int) -> None:
        self.fault_by_kind[first.kind.name] = replace(first, count=first.count + count)

    def faults_for(self, profile: Profile) -> list[SubmissionFault]:
        """Return the faults that a profile reports."""
        return [fault for fault in self.faults if profile == "strict" or fault.kind.kaggle_error is not None]

    def is_rejected_by(self, profile: Profile) -> bool:
        """Return whether the file has a fault that the profile reports."""
        return bool(self.faults_for(profile))

    def lines(self, profile: Profile = "strict") -> list[str]:
        """Return the report as text: one or two lines for each fault, then the skipped checks."""
        lines = [line for fault in self.faults_for(profile) for line in self._fault_lines(fault)]
        return lines + [f"{self.path}: not checked: {check}" for check in self.skipped_checks]

    def summary_lines(self) -> list[str]:
        """Return one line for each fault."""
        places = [f" in {fault.location}" if fault.location else "" for fault in self.faults]
        return [f"{self.path}: {fault.description}{place}" for fault, place in zip(self.faults, places, strict=True)]

    def document(self) -> dict[str, object]:
        """Return the report as a JSON document."""
        return {
            "file": str(self.path),
            "rejected": {"kaggle": self.is_rejected_by("kaggle"), "strict": self.is_rejected_by("strict")},
            "rows": self.n_rows,
            "answered": self.n_answered,
            "unchecked": list(self.skipped_checks),
            "faults": [self._fault_document(fault) for fault in self.faults],
        }

    def _fault_lines(self, fault: SubmissionFault) -> list[str]:
        where = f"{self.path}, {fault.location}" if fault.location else str(self.path)
        verdict = "accepted silently" if fault.kind.kaggle_error is None else "rejected"
        lines = [f"{where}: {verdict}: {fault.description}; {fault.kind.remedy}"]
        return [*lines, f"    Kaggle says: {self._kaggle_error(fault)}"] if fault.kind.kaggle_error else lines

    def _kaggle_error(self, fault: SubmissionFault) -> str:
        position = {"line": fault.line, "column": fault.column, "example": fault.example}
        return (fault.kind.kaggle_error or "").format(count=fault.count, required=self.n_required, **position)

    def _fault_document(self, fault: SubmissionFault) -> dict[str, object]:
        kind = fault.kind
        return {
            "kind": kind.name,
            "what": kind.description,
            "remedy": kind.remedy,
            **{name: getattr(fault, name) for name in ("count", "line", "column", "entry", "example")},
            "rejected": kind.kaggle_error is not None,
            "site": self._kaggle_error(fault),
            "scorer": kind.scorer_refuses,
        }
