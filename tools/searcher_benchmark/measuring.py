"""Searchers measured over growing sizes: each on one core, warm, by CPU time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from solutions.hashing.search.codes import Codes
from solutions.hashing.search.index_structures.scan import Scan
from solutions.hashing.search.index_structures.searcher import Distances, Searcher
from tools.searcher_benchmark.code_sets import CodeSet

K = 100
_REPEATS = 3
_LEAST_S = 0.02  # a repeat takes as long at least, for the clock's sake
_PILOT = 16  # queries that tell how long all will take


@dataclass(frozen=True)
class Measured:
    """How one searcher did on one index."""

    codes: str
    n: int
    searcher: str
    exact: bool
    recall: float  # recall@100: the share of the 100 nearest, or of codes as near as the last of them, that are found
    queries_per_s: float
    build_s: float
    megabytes: float
    work: float  # of a query
    n_queries: int  # on which this was measured: fewer than asked for, where all would take too long
    whole_s: float  # for all queries once


@dataclass(frozen=True)
class Limits:
    """How long building and the search of all queries may take, and how many queries are asked at once."""

    seconds: float
    batch: int = 2**31


@dataclass(frozen=True)
class LeftOut:
    """A searcher that was too slow on a smaller index."""

    codes: str
    n: int
    searcher: str
    why: str


@dataclass
class Results:
    """What was measured, and what was not."""

    measured: list[Measured] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def measure_all(
    sets: Sequence[CodeSet],
    sizes: list[int],
    n_queries: int,
    searchers: Sequence[Searcher],
    limits: Limits,
    listener: Callable[[str, int, int | None], None],
) -> Results:
    """Measure each searcher on each index; one that exceeds the limit, unless the scan, is left out of larger ones."""
    results, total, done = Results(), sum(len(each.sizes(sizes)) for each in sets) * len(searchers), 0
    with threadpool_limits(1):
        _warm(searchers)
        for each in sets:
            slow: dict[str, str] = {}
            for n in each.sizes(sizes):
                _measure_index(each, n, n_queries, searchers, limits, slow, results)
                done += len(searchers)
                listener("measuring", done, total)
    return results


def _warm(searchers: Sequence[Searcher]) -> None:
    """Have everything compiled."""
    codes = np.arange(200, dtype=np.uint64) ** np.uint64(7)
    for searcher in searchers:
        searcher.build(codes).search(codes, K)


def _measure_index(
    codes: CodeSet,
    n: int,
    n_queries: int,
    searchers: Sequence[Searcher],
    limits: Limits,
    slow: dict[str, str],
    results: Results,
) -> None:
    index, queries = codes.draw(n, n_queries)
    farthest = Scan().build(index).search(queries, K)[1][:, min(K, n) - 1]
    for searcher in searchers:
        name = searcher.name
        if name in slow:
            results.left_out.append(LeftOut(codes.name, n, name, slow[name]))
            continue
        found = _measure(codes.name, searcher, index, queries, farthest, limits)
        results.measured.append(found)
        if max(found.build_s, found.whole_s) > limits.seconds and not isinstance(searcher, Scan):
            what = "the search" if found.whole_s > limits.seconds else "building"
            slow[name] = f"{what} took {max(found.whole_s, found.build_s):.0f} s of {limits.seconds:g} at {n:,}"


def _measure(
    codes: str, searcher: Searcher, index: Codes, queries: Codes, farthest: Distances, limits: Limits
) -> Measured:
    searcher = replace(searcher)  # which takes its memory along when it goes
    build_s = _cpu_seconds(lambda: searcher.build(index))
    pilot_s = _cpu_seconds(lambda: _ask(searcher, queries[:_PILOT], limits.batch)) / min(_PILOT, len(queries))
    asked = queries[: max(1, min(len(queries), int(limits.seconds / _REPEATS / pilot_s)))]
    repeats = [_cpu_seconds(lambda: _ask(searcher, asked, limits.batch), _LEAST_S) for _ in range(_REPEATS)]
    search_s = median(repeats) / len(asked)
    answers = searcher.answers(asked, K)
    return Measured(
        codes,
        len(index),
        searcher.name,
        searcher.exact,
        _recall(answers.distances, farthest[: len(asked)], min(K, len(index))),
        1 / search_s,
        build_s,
        searcher.n_bytes / 1e6,
        answers.work,
        len(asked),
        search_s * len(queries),
    )


def _ask(searcher: Searcher, queries: Codes, batch: int) -> None:
    for first in range(0, len(queries), batch):
        searcher.search(queries[first : first + batch], K)


def _recall(distances: Distances, farthest: Distances, k: int) -> float:
    """The mean share of `k` answers, (n_queries, any), that are no farther than the k-th nearest, (n_queries,)."""
    return float((distances[:, :k] <= farthest[:, None]).mean())


def _cpu_seconds(work: Callable[[], object], least_s: float = 0.0) -> float:
    """CPU time of `work`, done as often as fills `least_s`."""
    begun, spent, times = time.process_time(), 0.0, 0
    while not times or spent < least_s:
        work()
        times += 1
        spent = time.process_time() - begun
    return max(spent, 1e-9) / times
