"""What was done to a submission file, what was left, and why."""

from __future__ import annotations

from dataclasses import dataclass

from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.formatting import Dress
from harness.submissions.validation.report import Fault, Report

_DONE = {
    **{kind.name: "named as the sample does" for kind in kinds.MISSING_COLUMN.values()},
    kinds.MISSPELT_COLUMN.name: "named as the sample does",
    kinds.UNEXPECTED_COLUMN.name: "dropped",
    kinds.NO_HEADER.name: "put a first line above",
    kinds.SWAPPED_COLUMNS.name: "put in order",
    kinds.SWAPPED_CONTENTS.name: "put in order",
    kinds.UNKNOWN_QUERY.name: "dropped, or freed of blanks around the id",
    kinds.REPEATED_QUERY.name: "dropped where it says the same or nothing",
    kinds.MISSING_QUERY.name: "added without an answer",
    kinds.TOO_LONG.name: "cut to the first 100 that can count",
    kinds.DOUBLE_BLANK.name: "dropped",
    kinds.REPEATED_IMAGE.name: "dropped",
    kinds.UNKNOWN_IMAGE.name: "dropped",
    kinds.OWN_IMAGE.name: "dropped",
    kinds.MALFORMED.name: "written as a whole number",
    kinds.BLANKS.name: "written with one blank",
    kinds.ODD_NUMBER.name: "written in digits",
    kinds.UNKNOWN_LANDMARK.name: "emptied",
}
_WHY = {
    kinds.REPEATED_QUERY.name: "they say different things, and only you know which is right",
    kinds.NEGATIVE.name: "only their order counts, and only you know whether more means surer",
}


@dataclass(frozen=True)
class Repair:
    """What was wrong before, what is left, and what else was made plain."""

    before: Report
    after: Report
    dress: list[Dress]

    def done(self) -> list[tuple[Fault, int]]:
        """Return the kinds of faults that were mended, with how many of each."""
        left = {fault.kind.name: fault.count for fault in self.after.faults}
        counts = ((fault, fault.count - left.get(fault.kind.name, 0)) for fault in self.before.faults)
        return [(fault, count) for fault, count in counts if count > 0]

    def lines(self) -> list[str]:
        """Return what was done and what was left, for people."""
        return [
            *(f"{self.before.path}: {dress}" for dress in self.dress),
            *(
                f"{self.before.path}: {_first(fault)}: {count} of {fault.count} {_DONE.get(fault.kind.name, 'mended')}"
                for fault, count in self.done()
            ),
            *(f"{self.after.path}: left: {_first(fault)}: {fault.count}; {_why(fault)}" for fault in self.after.faults),
            *(f"{self.after.path}: not checked: {what}" for what in self.after.unchecked),
            f"{self.after.path}: written, {self.after.rows} rows",
        ]

    def document(self) -> dict[str, object]:
        """Return the repair as a JSON document."""
        done = [
            {"kind": fault.kind.name, "count": count, "line": fault.line, "done": _DONE.get(fault.kind.name, "mended")}
            for fault, count in self.done()
        ]
        dress = [{"kind": each.what, "count": each.count, "line": each.line, "done": each.done} for each in self.dress]
        return {"out": str(self.after.path), "done": dress + done, "left": self.after.document()}


def _first(fault: Fault) -> str:
    where = f" ({fault.place})" if fault.place else ""
    return f"{fault.kind.what}{where}"


def _why(fault: Fault) -> str:
    return _WHY.get(fault.kind.name, fault.kind.remedy)
