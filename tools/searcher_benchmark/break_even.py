"""Break-even sizes: from which index size on each searcher is faster than the exact scan."""

from dataclasses import dataclass

from solutions.hashing.search.index_structures.scan import Scan
from tools.searcher_benchmark.measuring import BenchResults, Measurement


@dataclass(frozen=True)
class BreakEven:
    """When one searcher is faster than the scan on one kind of codes."""

    codes: str
    searcher: str
    faster_at: list[int]  # index sizes
    faster_from: int | None  # the size from which on it is always faster
    recall: float  # the lowest at the sizes where it is faster, or at all sizes
    at: int  # the largest index size
    times_scan: float  # its speed there divided by the scan's

    @property
    def text(self) -> str:
        """One line of text."""
        if self.faster_from is not None:
            where = f"is faster than the scan from {self.faster_from:,} codes on"
        elif self.faster_at:
            where = f"is faster than the scan only at {', '.join(f'{n:,}' for n in self.faster_at)}"
        else:
            where = "is never faster than the scan"
        return f"{self.searcher} {where} (recall {self.recall:.3g}; {self.times_scan:.2g} × at {self.at:,})"


def break_evens(results: BenchResults) -> list[BreakEven]:
    """Compare every other searcher with the scan, on each kind of codes."""
    speed = {(each.codes, each.n): each.queries_per_s for each in results.measured if each.searcher == Scan().name}
    groups: dict[tuple[str, str], list[Measurement]] = {}
    for each in results.measured:
        if each.searcher != Scan().name:
            groups.setdefault((each.codes, each.searcher), []).append(each)
    return [
        _break_even(group, [each.queries_per_s / speed[each.codes, each.n] for each in group])
        for group in groups.values()
    ]


def _break_even(group: list[Measurement], ratios: list[float]) -> BreakEven:
    """Summarise measurements of ascending size and their speeds divided by the scan's."""
    faster = [each for each, ratio in zip(group, ratios, strict=True) if ratio > 1]
    slower = [each.n for each in group if each not in faster]
    lasting = [each.n for each in faster if not slower or each.n > slower[-1]]
    last, recall = group[-1], min(each.recall for each in faster or group)
    sizes, first = [each.n for each in faster], lasting[0] if lasting else None
    return BreakEven(last.codes, last.searcher, sizes, first, recall, last.n, ratios[-1])
