"""The nearest 100 of 200 000 descriptors of 512 numbers: exact against faiss, and what approximate searchers find."""

import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.process import measured
from benchmarks.table import show
from harness.cpu_budget import limit_cores
from solutions.neighbours.exact import Exact, nearest, neighbour_graph
from solutions.neighbours.faiss_searchers import Hnsw, IvfPq
from solutions.neighbours.graph_search import GraphSearch
from solutions.neighbours.neighbours import Neighbours
from solutions.neighbours.nn_descent import NNDescent
from solutions.neighbours.searcher import InnerProductSearcher

N_INDEX, N_QUERIES, WIDTH, K = 200_000, 1000, 512, 100
BATCHES = (1, 10, 100, 256, 1000, 4000)
THRESHOLDS = (None, 1)  # from which number of queries on faiss multiplies matrices; None is its default
REPEATS = 7
APPROXIMATE = {  # the graphs of more rows take too long to build
    (20_000, 128): (Exact(), Hnsw(), IvfPq(), GraphSearch()),
    (100_000, WIDTH): (Exact(), Hnsw(), GraphSearch()),
    (N_INDEX, WIDTH): (Exact(), IvfPq()),
}
LEAST_RECALL, LARGEST_MB = 0.9, 4000
GRAPH_SIZE = (20_000, 128)
MEMORY = """
import sys, numpy as np
index, queries = np.load(sys.argv[1]), np.load(sys.argv[2])
"""
OURS = MEMORY + "from solutions.neighbours.exact import nearest; nearest(queries, index, 100)"
FAISS = MEMORY + "import faiss; flat = faiss.IndexFlatIP(512); flat.add(index); del index; flat.search(queries, 100)"
Row = tuple[str, str, str, bool]


def rows() -> Iterator[Row]:
    """Give the exact search against others on one core and two, its memory, and recall and speed of the others."""
    index, queries = clustered(N_INDEX, WIDTH, max(BATCHES))
    flat = faiss.IndexFlatIP(WIDTH)
    flat.add(index)
    for cores in (1, 2):
        faiss.omp_set_num_threads(cores)
        with limit_cores(cores), threadpool_limits(cores):
            for batch in BATCHES:
                yield against_faiss(index, queries, flat, batch, cores)
            yield from against_others(index, queries[:N_QUERIES], cores)
    yield memory(index, queries[:N_QUERIES])
    del index, flat
    with limit_cores(1), threadpool_limits(1):
        yield graph(*GRAPH_SIZE)
    for (n, width), searchers in APPROXIMATE.items():
        for searcher in searchers:
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                yield alone.submit(approximate, searcher, n, width).result()


def against_faiss(index: np.ndarray, queries: np.ndarray, flat: faiss.IndexFlatIP, batch: int, cores: int) -> Row:
    """Compare the speed for one batch with that of faiss at its best threshold, each timed in turn."""
    exact, some = Exact().build(index), queries[:batch]
    found, theirs = exact.search(some, K), flat.search(some, K)[1]
    alike = np.mean([len(np.intersect1d(*pair)) / K for pair in zip(found.positions, theirs, strict=True)])
    ways = [lambda: exact.search(some, K), *(lambda each=each: ask(flat, some, each) for each in THRESHOLDS)]
    own, default, *chosen = (
        median(column) for column in zip(*([seconds(way, cores) for way in ways] for _ in range(REPEATS)), strict=True)
    )
    ratio = min(default, *chosen) / own
    measured_ = (
        f"{ratio:.2f} × ({batch / own:,.0f} queries/s, {speed(batch, own)} GFLOP/s; faiss by default "
        f"{batch / default:,.0f}, at its best {batch / min(default, *chosen):,.0f}), {alike:.2%} of the ids the same"
    )
    return f"exact, {batch} at once, {cores} core{'s' * (cores > 1)}", measured_, "≥ 1 × faiss at its best", ratio >= 1


DEFAULT = faiss.cvar.distance_compute_blas_threshold


def ask(flat: faiss.IndexFlatIP, queries: np.ndarray, threshold: int | None) -> None:
    faiss.cvar.distance_compute_blas_threshold = threshold or DEFAULT
    flat.search(queries, K)
    faiss.cvar.distance_compute_blas_threshold = DEFAULT


def against_others(index: np.ndarray, queries: np.ndarray, cores: int) -> Iterator[Row]:
    """Compare with plain numpy, and with scikit-learn where it is installed."""
    own = seconds(lambda: nearest(queries, index, K), cores)
    others: dict[str, Callable[[], object]] = {"numpy": lambda: by_partition(queries, index)}
    if importlib.util.find_spec("sklearn"):
        from sklearn.neighbors import NearestNeighbors

        fitted = NearestNeighbors(n_neighbors=K, algorithm="brute", n_jobs=cores).fit(index)
        others["scikit-learn, Euclidean"] = lambda: fitted.kneighbors(queries)
    for name, way in others.items():
        ratio = seconds(way, cores) / own
        yield (
            f"exact, {len(queries)} at once, {cores} core{'s' * (cores > 1)}",
            f"{ratio:.1f} × {name}",
            "≥ 1 ×",
            ratio >= 1,
        )


def by_partition(queries: np.ndarray, index: np.ndarray) -> None:
    for start in range(0, len(queries), 250):
        similarities = queries[start : start + 250] @ index.T
        np.argpartition(similarities, -K, axis=1)[:, -K:]


def memory(index: np.ndarray, queries: np.ndarray) -> Row:
    """Compare the peak of whole processes that load the index, and search once."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("index.npy", "queries.npy")]
        for path, array in zip(paths, (index, queries), strict=True):
            np.save(path, array)
        own, theirs = (measured([sys.executable, "-c", code, *paths]).peak_mb for code in (OURS, FAISS))
    return "memory of the process", f"{own / theirs:.2f} × ({own:.0f} MB)", "≤ 1.2 × faiss", own <= 1.2 * theirs


def graph(n: int, width: int) -> Row:
    """Give the recall of a graph made by descent, and its speed against the exact one."""
    index = clustered(n, width)[0]
    NNDescent(rounds=1).graph(index[:200], 5)
    exact, found = neighbour_graph(index, 25), NNDescent().graph(index, 25)
    ratio = seconds(lambda: neighbour_graph(index, 25)) / seconds(lambda: NNDescent().graph(index, 25))
    share = recall(found, exact)
    measured_ = f"recall {share:.3f}, {ratio:.2f} × the speed of the exact graph"
    return f"graph of 25 neighbours by descent, {n} × {width}", measured_, "recall ≥ 0.95", share >= 0.95


def approximate(searcher: InnerProductSearcher, n: int, width: int) -> Row:
    """Give recall, speed and memory of a searcher at its default parameters, in a process of its own."""
    index, queries = clustered(n, width)
    with limit_cores(1), threadpool_limits(1):
        searcher.build(index[:K]).search(queries[:1], K)  # compiles
        building = seconds(lambda: searcher.build(index))
        searching = min(seconds(lambda: searcher.search(queries, K)) for _ in range(2))
        share, peak = recall(searcher.search(queries, K), nearest(queries, index, K)), peak_mb()
    measured_ = (
        f"recall {share:.3f}, {len(queries) / searching:,.0f} queries/s, built in {building:.1f} s, {peak:.0f} MB"
    )
    what, met = f"{type(searcher).__name__}, {n} × {width}, 1 core", share >= LEAST_RECALL and peak <= LARGEST_MB
    return what, measured_, f"recall ≥ {LEAST_RECALL}, ≤ {LARGEST_MB} MB", met


def peak_mb() -> float:
    """Return the most memory that this process has held so far."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def clustered(n: int, width: int, n_queries: int = N_QUERIES) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows and queries around n / 50 centres, some more popular; cosines in a cluster are about 0.6."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((n // 50, width), np.float32)
    popularity = 1 / np.sqrt(np.arange(1, len(centres) + 1))
    drawn = []
    for count in (n, n_queries):
        made = centres[random.choice(len(centres), count, p=popularity / popularity.sum())]
        made += 0.8 * random.standard_normal((count, width), np.float32)
        drawn.append(made / np.linalg.norm(made, axis=1, keepdims=True))
    return drawn[0], drawn[1]


def recall(found: Neighbours, expected: Neighbours) -> float:
    pairs = zip(found.positions, expected.positions, strict=True)
    return float(np.mean([np.isin(exact, some).mean() for some, exact in pairs]))


def seconds(work: Callable[[], object], cores: int = 1) -> float:
    """CPU time on one core, which what else runs on the machine does not lengthen much; wall time on several."""
    clock = time.process_time if cores == 1 else time.perf_counter
    begun = clock()
    work()
    return clock() - begun


def speed(batch: int, taken: float) -> str:
    return f"{2 * batch * N_INDEX * WIDTH / taken / 1e9:.0f}"


if __name__ == "__main__":
    show(sys.modules[__name__])
