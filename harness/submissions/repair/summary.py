"""The result of a repair: what was repaired, what was not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.data.tables.cells import quote
from harness.submissions.repair.formatting import FormattingQuirk
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.fault_kinds import SubmissionFault
from harness.submissions.validation.report import ValidationReport

_ACTIONS = {
    **{kind.name: "named" for kind in kinds.MISSING_COLUMN.values()},
    kinds.MISSPELT_COLUMN.name: "renamed",
    kinds.UNEXPECTED_COLUMN.name: "removed",
    kinds.NO_HEADER.name: "added",
    kinds.SWAPPED_COLUMNS.name: "reordered",
    kinds.SWAPPED_CONTENTS.name: "reordered",
    kinds.UNKNOWN_QUERY.name: "removed, or stripped of blanks",
    kinds.REPEATED_QUERY.name: "removed because they have the same answer or none",
    kinds.MISSING_QUERY.name: "added without an answer",
    kinds.TOO_LONG.name: "cut to the first 100 valid ids",
    kinds.DOUBLE_BLANK.name: "removed",
    kinds.REPEATED_IMAGE.name: "removed",
    kinds.UNKNOWN_IMAGE.name: "removed",
    kinds.OWN_IMAGE.name: "removed",
    kinds.MALFORMED.name: "rewritten as a whole number",
    kinds.BLANKS.name: "rewritten with one blank",
    kinds.ODD_NUMBER.name: "rewritten in digits",
    kinds.UNKNOWN_LANDMARK.name: "emptied",
    **{kind.name: "rewritten with commas" for kind in kinds.SEPARATORS.values()},
    kinds.SPREAD_ANSWER.name: "joined",
    kinds.LIST_FORMAT.name: "rewritten with blanks",
    kinds.FILE_NAMES.name: "reduced to ids",
    kinds.FILE_NAME_QUERIES.name: "reduced to ids",
    kinds.EXCEL_LINE.name: "removed",
    kinds.REPEATED_HEADER.name: "removed",
    kinds.IMAGE_SPELLING.name: "rewritten as in index.csv",
    kinds.QUERY_SPELLING.name: "rewritten as in test.csv",
    kinds.LABEL_FORMAT.name: "rewritten with a blank",
}
_REASONS = {
    kinds.REPEATED_QUERY.name: "their answers differ; keep the correct one",
    kinds.NEGATIVE.name: "they are kept, because only their order counts; check that higher means more confident",
}


@dataclass(frozen=True)
class RepairResult:
    """The validation reports before and after a repair, and the formatting quirks that it removed.

    `lost` has the queries that no longer have an answer, `dropped` the ids that are no queries of the competition, each
    with its former answer.
    """

    before: ValidationReport
    after: ValidationReport
    quirks: list[FormattingQuirk]
    lost: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def repaired_faults(self) -> list[tuple[SubmissionFault, int]]:
        """Return the faults that were repaired at least in part, each with the number repaired."""
        remaining = {fault.kind.name: fault.count for fault in self.after.faults}
        counts = ((fault, fault.count - remaining.get(fault.kind.name, 0)) for fault in self.before.faults)
        return [(fault, count) for fault, count in counts if count > 0]

    @property
    def is_complete(self) -> bool:
        """Return whether no fault is left, and the queries still have their answers."""
        is_placed = not self.lost and not self.dropped and self.removed_images is None
        return not self.after.faults and is_placed and not self.has_only_unknown_queries

    @property
    def removed_images(self) -> SubmissionFault | None:
        """Return the fault of the entries that were removed because they are not in the index; None without one."""
        return self.before.fault_by_kind.get(kinds.UNKNOWN_IMAGE.name)

    @property
    def has_only_unknown_queries(self) -> bool:
        """Return whether no query has an answer because the rows are of other queries."""
        return not self.after.n_answered and kinds.UNKNOWN_QUERY.name in self.before.fault_by_kind

    def lines(self) -> list[str]:
        """Return the result as text."""
        before, after = self.before.path, self.after.path
        return [
            *(f"{before}: {quirk}" for quirk in self.quirks),
            *(
                f"{before}: {_text(fault)}: {n} of {fault.count} {_action(fault)}"
                for fault, n in self.repaired_faults()
            ),
            *self._lost_lines(),
            *(f"{after}: not repaired: {_left_text(fault)}; {_reason(fault)}" for fault in self.after.faults),
            *(f"{after}: not checked: {check}" for check in self.after.skipped_checks),
            f"{after}: written, {self.after.n_rows} rows",
        ]

    def _lost_lines(self) -> list[str]:
        if self.has_only_unknown_queries:
            first = self.before.fault_by_kind[kinds.UNKNOWN_QUERY.name].example
            text = f"no query has an answer, because the rows are of ids such as {first}"
            return [f"{self.after.path}: not repaired: {text}; test.csv lists the ids of this competition"]
        return [f"{self.after.path}: not repaired: {text}" for text in self._lost_texts()]

    def _lost_texts(self) -> Iterator[str]:
        """Yield what was left out because it is of no query or image of the competition, with number and example."""
        if self.lost:
            first = f"first {quote(self.lost[0][0])}: {quote(self.lost[0][1])}"
            text = f"queries without an answer now, because no entry of it was valid: {len(self.lost)}, {first}"
            yield f"{text}; check that the ids are those of this competition"
        elif self.removed_images:
            removed = f"{self.removed_images.count}, first {self.removed_images.example}"
            yield f"entries that were removed, because they are not in the index: {removed}; check their ids"
        if self.dropped:
            first = f"first {quote(self.dropped[0][0])}: {quote(self.dropped[0][1])}"
            text = f"rows that were removed with their answers, because their ids are no queries: {len(self.dropped)}"
            yield f"{text}, {first}; check their ids"

    def document(self) -> dict[str, object]:
        """Return the result as a JSON document."""
        faults = [
            {"kind": fault.kind.name, "count": count, "line": fault.line, "done": _action(fault)}
            for fault, count in self.repaired_faults()
        ]
        quirks = [
            {"kind": each.name, "count": each.count, "line": each.line, "done": each.action} for each in self.quirks
        ]
        done, left = quirks + faults, self.after.document()
        lost = {"lost": len(self.lost), "dropped": len(self.dropped)}
        return {"out": str(self.after.path), "done": done, **lost, "left": left}


def _text(fault: SubmissionFault) -> str:
    return fault.kind.description + (f" ({fault.location})" if fault.location else "")


def _left_text(fault: SubmissionFault) -> str:
    """Return a fault with its number, and its first example where that is in the file."""
    return f"{_text(fault)}: {fault.count}" + (f", first {fault.example}" if fault.example else "")


def _action(fault: SubmissionFault) -> str:
    return _ACTIONS.get(fault.kind.name, "repaired")


def _reason(fault: SubmissionFault) -> str:
    return _REASONS.get(fault.kind.name, fault.kind.remedy)
