"""Exact search of the 100 nearest of a million 64-bit codes for 1000 queries: compared with faiss, on one core."""

import sys
from collections.abc import Callable, Iterator
from statistics import median

import faiss
import numpy as np

from benchmarks.process import cpu_seconds
from benchmarks.table import Row, show
from solutions.hashing.search import hamming, mean_distance
from solutions.hashing.search.mean_distance_keys import Mean

N_INDEX, N_QUERIES, K = 1_000_000, 1000, 100
N_HASHES = 4
REPEATS = 5
RANDOM = np.random.default_rng(0)
Codes = np.ndarray


def rows() -> Iterator[Row]:
    """Yield the CPU time compared with the exact search of faiss, and the speed of means of four distances."""
    faiss.omp_set_num_threads(1)
    for order, required in (("uniform", 6.0), ("clustered", 6.0), ("few_codes", 6.0), ("farthest_first", 6.0)):
        queries, index = CODES[order]()
        yield against_faiss(order.replace("_", " "), queries, index, required)
    for mean, required in (("geometric", 1.5), ("arithmetic", 1.5), ("square_root", 0.7), ("harmonic", 0.7)):
        yield mean_of_four(mean, required)


def against_faiss(name: str, queries: Codes, index: Codes, required: float) -> Row:
    """Compare with the faster of two searches of faiss, called in turn; the results must be equal."""
    ours = hamming.nearest(queries, index, K)  # compiles the kernel, unless it is cached
    searchers = [faiss_searcher(index, heap) for heap in (True, False)]
    same = all(equal(ours, searcher.search(octets(queries), K)) for searcher in searchers)
    seconds = [
        (
            cpu_seconds(lambda: hamming.nearest(queries, index, K)),
            *(cpu_seconds(lambda searcher=searcher: searcher.search(octets(queries), K)) for searcher in searchers),
        )
        for _ in range(REPEATS)
    ]
    own, heap, counting = (median(column) for column in zip(*seconds, strict=True))
    ratio = min(heap, counting) / own
    measured = (
        f"{ratio:.1f} × ({speed(own)} Gpairs/s; faiss with a heap {speed(heap)}, by counting {speed(counting)}), "
        f"{'same' if same else 'OTHER'} results"
    )
    return f"Hamming, {name}", measured, f"≥ {required:.0f} × faiss, same results", same and ratio >= required


def faiss_searcher(index: Codes, heap: bool) -> faiss.IndexBinaryFlat:
    searcher = faiss.IndexBinaryFlat(64)
    searcher.use_heap = heap  # by default True
    searcher.add(octets(index))
    return searcher


def mean_of_four(mean: Mean, required: float) -> Row:
    """Return the pairs of images per second; each pair compares four pairs of codes."""
    queries = RANDOM.integers(0, 2**64, (N_QUERIES, N_HASHES), np.uint64)
    index = RANDOM.integers(0, 2**64, (N_HASHES, N_INDEX), np.uint64)
    mean_distance.nearest(queries[:1], index, mean, K)
    own = median(cpu_seconds(lambda: mean_distance.nearest(queries, index, mean, K)) for _ in range(REPEATS))
    gigapairs = N_QUERIES * N_INDEX / own / 1e9
    return f"{mean} mean of four", f"{gigapairs:.2f} Gpairs/s", f"≥ {required} Gpairs/s", gigapairs >= required


def uniform() -> tuple[Codes, Codes]:
    return RANDOM.integers(0, 2**64, N_QUERIES, np.uint64), RANDOM.integers(0, 2**64, N_INDEX, np.uint64)


def clustered() -> tuple[Codes, Codes]:
    """Return codes that differ by 4 bits on average from one of 3000 centres, whose sizes follow 1 / rank."""
    centres = RANDOM.integers(0, 2**64, 3000, np.uint64)
    popularity = 1 / np.arange(1, 3001)
    return tuple(
        RANDOM.choice(centres, n, p=popularity / popularity.sum()) ^ bit_flips(n) for n in (N_QUERIES, N_INDEX)
    )


def few_codes() -> tuple[Codes, Codes]:
    """Return random queries and an index that repeats 3000 codes."""
    return uniform()[0], RANDOM.choice(RANDOM.integers(0, 2**64, 3000, np.uint64), N_INDEX)


def farthest_first() -> tuple[Codes, Codes]:
    """Return the worst order of the index: later codes are always nearer to the query."""
    distances = 64 - np.arange(N_INDEX) * 65 // N_INDEX
    return np.zeros(N_QUERIES, np.uint64), np.array([(1 << d) - 1 for d in range(65)], np.uint64)[distances]


CODES: dict[str, Callable[[], tuple[Codes, Codes]]] = {
    function.__name__: function for function in (uniform, clustered, few_codes, farthest_first)
}


def bit_flips(n: int) -> Codes:
    return np.packbits(RANDOM.random((n, 64), np.float32) < 1 / 16, axis=1).view(np.uint64)[:, 0]


def octets(codes: Codes) -> np.ndarray:
    return codes.view(np.uint8).reshape(-1, 8)


def equal(ours: tuple[np.ndarray, np.ndarray], theirs: tuple[np.ndarray, np.ndarray]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))


def speed(seconds: float) -> str:
    return f"{N_QUERIES * N_INDEX / seconds / 1e9:.1f}"


if __name__ == "__main__":
    show(sys.modules[__name__])
