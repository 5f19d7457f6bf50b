"""Search by `hash` at the size of Google Landmarks v1: 1.1 M index and 118 k query codes from disk, two cores."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measure
from benchmarks.table import Row

N_INDEX, N_QUERIES = 1_098_461, 117_703
THREADS = 2


class StoredCodes:
    """Stands for an image set; its codes are mapped from a file."""

    def __init__(self, codes: np.ndarray, ids: np.ndarray) -> None:
        self.codes, self.ids = codes, ids

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: slice) -> "StoredCodes":
        return StoredCodes(self.codes[rows], self.ids[rows])

    def describe(self, extractor: object, name: str) -> np.ndarray:
        """Return the codes; the extractor is ignored."""
        return self.codes

    def undecodable(self, extractor: object) -> np.ndarray:
        """Return False for every image `(n,)`."""
        return np.zeros(len(self), bool)


def search(folder: Path) -> None:
    """Answer all queries as a run does, in chunks by two threads."""
    from joblib import Parallel, delayed

    from harness import TrainingData
    from harness.solution.registry import load_solution

    index, queries = (
        StoredCodes(codes := np.load(folder / f"{part}.npy", mmap_mode="r"), np.arange(len(codes)).astype(object))
        for part in ("index", "queries")
    )
    solution = load_solution("hash")
    solution.fit(TrainingData(index[:0], np.zeros(0, int), index))
    chunks = [queries[start : start + solution.chunk] for start in range(0, len(queries), solution.chunk)]
    answers = Parallel(n_jobs=THREADS, prefer="threads")(delayed(solution.rank)(chunk) for chunk in chunks)
    assert sum(len(answer.positions) for answer in answers) == len(queries)


def rows() -> Iterator[Row]:
    """Yield wall time and peak memory of the whole process; at most 12 s and 600 MB are allowed."""
    with TemporaryDirectory() as folder:
        random = np.random.default_rng(0)
        for part, n in (("index", N_INDEX), ("queries", N_QUERIES)):
            np.save(Path(folder) / f"{part}.npy", random.integers(0, 2**64, n, np.uint64))
        command = [sys.executable, "-c", f"from benchmarks.bench_gldv1 import *; search(Path({folder!r}))"]
        measure(command)  # compiles the kernels, unless they are cached
        cost = measure(command)
    yield "search, whole process: wall", f"{cost.wall_s:.1f} s", "≤ 12 s", cost.wall_s <= 12
    yield "peak memory", f"{cost.peak_mb:.0f} MB", "≤ 600 MB", cost.peak_mb <= 600
