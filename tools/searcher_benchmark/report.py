"""Measurements as text tables and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from tools.searcher_benchmark.break_even import BreakEven
from tools.searcher_benchmark.measuring import BenchResults, K, Measurement


def report_document(results: BenchResults, comparison: list[BreakEven]) -> dict[str, Any]:
    """Return all results as JSON values."""
    return {
        "k": K,
        "measured": [asdict(each) for each in results.measured],
        "left_out": [asdict(each) for each in results.left_out],
        "findings": [asdict(each) for each in comparison],
    }


def report_lines(results: BenchResults, comparison: list[BreakEven]) -> Iterator[str]:
    """Yield a table for each index, then the break-even sizes."""
    width = max(len(each.searcher) for each in results.measured)
    for (codes, n), group in groupby(results.measured, lambda each: (each.codes, each.n)):
        yield f"{codes}: {n:,} codes"
        yield f"  {'searcher':{width}} recall@{K} queries/s  × scan build s      MB      work"
        yield from _rows(list(group), width)
        yield from (
            f"  {left.searcher} is skipped: {left.why}"
            for left in results.left_out
            if (left.codes, left.n) == (codes, n)
        )
        yield ""
    for codes, own in groupby(comparison, lambda each: each.codes):
        yield codes
        yield from (f"  {each.text}" for each in own)


def _rows(group: list[Measurement], width: int) -> Iterator[str]:
    """Yield the rows of one index; the first is the scan."""
    for each in group:
        ratio = each.queries_per_s / group[0].queries_per_s
        yield (
            f"  {each.searcher:{width}} {each.recall:10.3f} {each.queries_per_s:9,.0f} {ratio:7.2g} "
            f"{each.build_s:7.3f} {each.megabytes:7,.1f} {each.work:9,.0f}"
        )
