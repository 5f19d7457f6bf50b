"""The 100 nearest of 200 000 descriptors of 512 dimensions: exact search compared with faiss; approximate search."""

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

from benchmarks.process import measure
from benchmarks.table import Row, show
from harness.cpu_budget import limit_cores
from solutions.neighbours.exact import Exact, nearest, neighbour_graph
from solutions.neighbours.faiss_searchers import Hnsw, IvfPq
from solutions.neighbours.graph_search import GraphSearch
from solutions.neighbours.neighbours import Neighbours
from solutions.neighbours.nn_descent import NNDescent
from solutions.neighbours.searcher import InnerProductSearcher

N_INDEX, N_QUERIES, WIDTH, K = 200_000, 1000, 512, 100
BATCHES = (1, 10, 100, 256, 1000, 4000)
THRESHOLDS = (None, 1)  # least number of queries for which faiss multiplies matrices; None is its default
REPEATS = 7
APPROXIMATE = {  # graphs of more rows take too long to build
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


def rows() -> Iterator[Row]:
    """Yield speed and memory of exact search compared with others, and recall and speed of approximate search."""
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
            with ProcessPoolExecutor(1, get_context("spawn")) as executor:
                yield executor.submit(approximate, searcher, n, width).result()


def against_faiss(index: np.ndarray, queries: np.ndarray, flat: faiss.IndexFlatIP, batch: int, cores: int) -> Row:
    """Compare the speed for one batch with that of faiss at its best threshold, called in turn."""
    exact, batch_queries = Exact().build(index), queries[:batch]
    own_results, faiss_positions = exact.search(batch_queries, K), flat.search(batch_queries, K)[1]
    pairs = zip(own_results.positions, faiss_positions, strict=True)
    agreement = np.mean([len(np.intersect1d(*pair)) / K for pair in pairs])
    variants = [
        lambda: exact.search(batch_queries, K),
        *(lambda threshold=threshold: search_faiss(flat, batch_queries, threshold) for threshold in THRESHOLDS),
    ]
    own, default, *others = (
        median(column)
        for column in zip(*([seconds(variant, cores) for variant in variants] for _ in range(REPEATS)), strict=True)
    )
    ratio = min(default, *others) / own
    figures = (
        f"{ratio:.2f} × ({batch / own:,.0f} queries/s, {speed(batch, own)} GFLOP/s; faiss by default "
        f"{batch / default:,.0f}, at its best {batch / min(default, *others):,.0f}), {agreement:.2%} equal ids"
    )
    return f"exact, {batch} at once, {cores} core{'s' * (cores > 1)}", figures, "≥ 1 × faiss at its best", ratio >= 1


DEFAULT = faiss.cvar.distance_compute_blas_threshold


def search_faiss(flat: faiss.IndexFlatIP, queries: np.ndarray, threshold: int | None) -> None:
    faiss.cvar.distance_compute_blas_threshold = threshold or DEFAULT
    flat.search(queries, K)
    faiss.cvar.distance_compute_blas_threshold = DEFAULT


def against_others(index: np.ndarray, queries: np.ndarray, cores: int) -> Iterator[Row]:
    """Compare with plain NumPy, and with scikit-learn if it is installed."""
    own = seconds(lambda: nearest(queries, index, K), cores)
    others: dict[str, Callable[[], object]] = {"numpy": lambda: by_partition(queries, index)}
    if importlib.util.find_spec("sklearn"):
        from sklearn.neighbors import NearestNeighbors

        model = NearestNeighbors(n_neighbors=K, algorithm="brute", n_jobs=cores).fit(index)
        others["scikit-learn, Euclidean"] = lambda: model.kneighbors(queries)
    for name, search in others.items():
        ratio = seconds(search, cores) / own
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
    """Compare the peak memory of whole processes that load the index and search once."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("index.npy", "queries.npy")]
        for path, array in zip(paths, (index, queries), strict=True):
            np.save(path, array)
        own, other = (measure([sys.executable, "-c", code, *paths]).peak_mb for code in (OURS, FAISS))
    return "memory of the process", f"{own / other:.2f} × ({own:.0f} MB)", "≤ 1.2 × faiss", own <= 1.2 * other


def graph(n: int, width: int) -> Row:
    """Return the recall of a graph of NN-descent, and its speed compared with the exact graph."""
    index = clustered(n, width)[0]
    NNDescent(rounds=1).graph(index[:200], 5)
    exact, approximate_graph = neighbour_graph(index, 25), NNDescent().graph(index, 25)
    ratio = seconds(lambda: neighbour_graph(index, 25)) / seconds(lambda: NNDescent().graph(index, 25))
    share = recall(approximate_graph, exact)
    figures = f"recall {share:.3f}, {ratio:.2f} × the speed of the exact graph"
    return f"graph of 25 neighbours by descent, {n} × {width}", figures, "recall ≥ 0.95", share >= 0.95


def approximate(searcher: InnerProductSearcher, n: int, width: int) -> Row:
    """Return recall, speed and memory of a searcher with default parameters; called in a process of its own."""
    index, queries = clustered(n, width)
    with limit_cores(1), threadpool_limits(1):
        searcher.build(index[:K]).search(queries[:1], K)  # compiles
        building = seconds(lambda: searcher.build(index))
        searching = min(seconds(lambda: searcher.search(queries, K)) for _ in range(2))
        share, peak = recall(searcher.search(queries, K), nearest(queries, index, K)), peak_mb()
    figures = f"recall {share:.3f}, {len(queries) / searching:,.0f} queries/s, built in {building:.1f} s, {peak:.0f} MB"
    what, passed = f"{type(searcher).__name__}, {n} × {width}, 1 core", share >= LEAST_RECALL and peak <= LARGEST_MB
    return what, figures, f"recall ≥ {LEAST_RECALL}, ≤ {LARGEST_MB} MB", passed


def peak_mb() -> float:
    """Return the peak memory of this process so far."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def clustered(n: int, width: int, n_queries: int = N_QUERIES) -> tuple[np.ndarray, np.ndarray]:
    """Return unit rows and queries around n / 50 centres of unequal sizes; cosines within a cluster are about 0.6."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((n // 50, width), np.float32)
    popularity = 1 / np.sqrt(np.arange(1, len(centres) + 1))
    sets = []
    for count in (n, n_queries):
        rows = centres[random.choice(len(centres), count, p=popularity / popularity.sum())]
        rows += 0.8 * random.standard_normal((count, width), np.float32)
        sets.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return sets[0], sets[1]


def recall(results: Neighbours, expected: Neighbours) -> float:
    pairs = zip(results.positions, expected.positions, strict=True)
    return float(np.mean([np.isin(exact, row).mean() for row, exact in pairs]))


def seconds(work: Callable[[], object], cores: int = 1) -> float:
    """Return CPU time on one core, which other processes hardly affect, or wall time on several cores."""
    clock = time.process_time if cores == 1 else time.perf_counter
    start = clock()
    work()
    return clock() - start


def speed(batch: int, seconds: float) -> str:
    return f"{2 * batch * N_INDEX * WIDTH / seconds / 1e9:.0f}"


if __name__ == "__main__":
    show(sys.modules[__name__])
