"""Measurements as a table for people and as a document for programs."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from tools.searcher_benchmark.break_even import Finding
from tools.searcher_benchmark.measuring import K, Measured, Results


def document(results: Results, told: list[Finding], missing: list[str]) -> dict[str, Any]:
    """All that was found, as plain values."""
    return {
        "k": K,
        "measured": [asdict(each) for each in results.measured],
        "left_out": [asdict(each) for each in results.left_out],
        "findings": [asdict(each) for each in told],
        "missing": missing,
    }


def lines(results: Results, told: list[Finding]) -> Iterator[str]:
    """A table for each index, and what follows from them."""
    width = max(len(each.searcher) for each in results.measured)
    for (codes, n), group in groupby(results.measured, lambda each: (each.codes, each.n)):
        yield f"{codes}: {n:,} codes"
        yield f"  {'searcher':{width}} recall@{K} queries/s  × scan build s      MB      work"
        yield from _rows(list(group), width)
        yield from (
            f"  {left.searcher} is left out: {left.why}"
            for left in results.left_out
            if (left.codes, left.n) == (codes, n)
        )
        yield ""
    for codes, own in groupby(told, lambda each: each.codes):
        yield codes
        yield from (f"  {each.text}" for each in own)


def _rows(group: list[Measured], width: int) -> Iterator[str]:
    """One index; the first row is the scan."""
    for each in group:
        ratio = each.queries_per_s / group[0].queries_per_s
        yield (
            f"  {each.searcher:{width}} {each.recall:10.3f} {each.queries_per_s:9,.0f} {ratio:7.2g} "
            f"{each.build_s:7.3f} {each.megabytes:7,.1f} {each.work:9,.0f}"
        )
