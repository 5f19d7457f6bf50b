"""From which size on, if ever, each searcher beats the exact scan."""

from dataclasses import dataclass

from solutions.hashing.search.index_structures.scan import Scan
from tools.searcher_benchmark.measuring import Measured, Results


@dataclass(frozen=True)
class Finding:
    """One searcher on codes of one kind."""

    codes: str
    searcher: str
    faster_at: list[int]  # the sizes where it was faster
    faster_from: int | None  # the one from which on it always was
    recall: float  # the lowest where it was faster, or of all sizes
    at: int  # the largest size measured
    times_scan: float  # its speed there, in terms of the scan's

    @property
    def text(self) -> str:
        """One line for people."""
        if self.faster_from is not None:
            where = f"beats the scan from {self.faster_from:,} on"
        elif self.faster_at:
            where = f"beats the scan at {', '.join(f'{n:,}' for n in self.faster_at)} alone"
        else:
            where = "never beats the scan"
        return f"{self.searcher} {where} (recall {self.recall:.3g}; {self.times_scan:.2g} × at {self.at:,})"


def findings(results: Results) -> list[Finding]:
    """One for each searcher but the scan, on each kind of codes."""
    speed = {(each.codes, each.n): each.queries_per_s for each in results.measured if each.searcher == Scan().name}
    groups: dict[tuple[str, str], list[Measured]] = {}
    for each in results.measured:
        if each.searcher != Scan().name:
            groups.setdefault((each.codes, each.searcher), []).append(each)
    return [
        _finding(group, [each.queries_per_s / speed[each.codes, each.n] for each in group]) for group in groups.values()
    ]


def _finding(group: list[Measured], ratios: list[float]) -> Finding:
    """Of the measurements by growing size, and the speeds in terms of the scan's."""
    faster = [each for each, ratio in zip(group, ratios, strict=True) if ratio > 1]
    slower = [each.n for each in group if each not in faster]
    lasting = [each.n for each in faster if not slower or each.n > slower[-1]]
    last = group[-1]
    return Finding(
        last.codes,
        last.searcher,
        [each.n for each in faster],
        lasting[0] if lasting else None,
        min(each.recall for each in faster or group),
        last.n,
        ratios[-1],
    )
