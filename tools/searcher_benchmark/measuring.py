"""Measurement of searchers over growing index sizes: on one core, warm, in CPU time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from solutions.hashing.search.codes import Codes
from solutions.hashing.search.index_structures.scan import Scan
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from tools.searcher_benchmark.code_sets import CodeSet

K = 100
_REPEATS = 3
_LEAST_S = 0.02  # of a repeat at least, given the resolution of the clock
_PILOT = 16  # queries that estimate the time of all


@dataclass(frozen=True)
class Measurement:
    """The measurement of one searcher on one index."""

    codes: str
    n: int
    searcher: str
    exact: bool
    recall: float  # recall@100: share of answers no farther than the 100th nearest
    queries_per_s: float
    build_s: float
    megabytes: float
    work: float  # per query
    n_queries: int  # measured: fewer than requested if all would take too long
    whole_s: float  # for all queries


@dataclass(frozen=True)
class BenchLimits:
    """The time limit of building and of searching, and the number of queries per call."""

    seconds: float
    batch: int = 2**31


@dataclass(frozen=True)
class SkippedSearcher:
    """A searcher skipped because it was too slow on a smaller index."""

    codes: str
    n: int
    searcher: str
    why: str


@dataclass
class BenchResults:
    """All measurements, and the searchers skipped."""

    measured: list[Measurement] = field(default_factory=list)
    left_out: list[SkippedSearcher] = field(default_factory=list)


def measure_all(
    sets: Sequence[CodeSet],
    sizes: list[int],
    n_queries: int,
    searchers: Sequence[HammingSearcher],
    limits: BenchLimits,
    listener: Callable[[str, int, int | None], None],
) -> BenchResults:
    """Measure each searcher on each index; one that exceeds the limit (except the scan) is skipped on larger ones."""
    results, total, done = BenchResults(), sum(len(each.sizes(sizes)) for each in sets) * len(searchers), 0
    with threadpool_limits(1):
        _warm(searchers)
        for each in sets:
            slow: dict[str, str] = {}
            for n in each.sizes(sizes):
                _measure_index(each, n, n_queries, searchers, limits, slow, results)
                done += len(searchers)
                listener("measuring", done, total)
    return results


def _warm(searchers: Sequence[HammingSearcher]) -> None:
    """Compile all kernels."""
    codes = np.arange(200, dtype=np.uint64) ** np.uint64(7)
    for searcher in searchers:
        searcher.build(codes).search(codes, K)


def _measure_index(
    codes: CodeSet,
    n: int,
    n_queries: int,
    searchers: Sequence[HammingSearcher],
    limits: BenchLimits,
    slow: dict[str, str],
    results: BenchResults,
) -> None:
    index, queries = codes.draw(n, n_queries)
    farthest = Scan().build(index).search(queries, K)[1][:, min(K, n) - 1]
    for searcher in searchers:
        name = searcher.name
        if name in slow:
            results.left_out.append(SkippedSearcher(codes.name, n, name, slow[name]))
            continue
        measurement = _measure(codes.name, searcher, index, queries, farthest, limits)
        results.measured.append(measurement)
        if max(measurement.build_s, measurement.whole_s) > limits.seconds and not isinstance(searcher, Scan):
            what = "the search" if measurement.whole_s > limits.seconds else "building"
            slow[name] = (
                f"{what} took {max(measurement.whole_s, measurement.build_s):.0f} s of {limits.seconds:g} at {n:,}"
            )


def _measure(
    codes: str, searcher: HammingSearcher, index: Codes, queries: Codes, farthest: Distances, limits: BenchLimits
) -> Measurement:
    searcher = replace(searcher)  # a copy, whose memory is freed afterwards
    build_s = _cpu_seconds(lambda: searcher.build(index))
    pilot_s = _cpu_seconds(lambda: _search(searcher, queries[:_PILOT], limits.batch)) / min(_PILOT, len(queries))
    measured = queries[: max(1, min(len(queries), int(limits.seconds / _REPEATS / pilot_s)))]
    repeats = [_cpu_seconds(lambda: _search(searcher, measured, limits.batch), _LEAST_S) for _ in range(_REPEATS)]
    search_s = median(repeats) / len(measured)
    answers = searcher.measured_search(measured, K)
    return Measurement(
        codes,
        len(index),
        searcher.name,
        searcher.exact,
        _recall(answers.distances, farthest[: len(measured)], min(K, len(index))),
        1 / search_s,
        build_s,
        searcher.n_bytes / 1e6,
        answers.work,
        len(measured),
        search_s * len(queries),
    )


def _search(searcher: HammingSearcher, queries: Codes, batch: int) -> None:
    for first in range(0, len(queries), batch):
        searcher.search(queries[first : first + batch], K)


def _recall(distances: Distances, farthest: Distances, k: int) -> float:
    """Return the mean share of the first `k` answers, (n_queries, any), as near as the k-th nearest, (n_queries,)."""
    return float((distances[:, :k] <= farthest[:, None]).mean())


def _cpu_seconds(work: Callable[[], object], least_s: float = 0.0) -> float:
    """Return the CPU time of one call of `work`, repeated for `least_s` at least."""
    begun, spent, times = time.process_time(), 0.0, 0
    while not times or spent < least_s:
        work()
        times += 1
        spent = time.process_time() - begun
    return max(spent, 1e-9) / times
