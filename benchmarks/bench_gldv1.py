"""The whole of Google Landmarks v1 by `hash`: 1.1 M index and 118 k query codes already described, 2 cores."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measured

N_INDEX, N_QUERIES = 1_098_461, 117_703
THREADS = 2


class Described:
    """An image set whose codes are on disk."""

    def __init__(self, codes: np.ndarray, ids: np.ndarray) -> None:
        self.codes, self.ids = codes, ids

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: slice) -> "Described":
        return Described(self.codes[rows], self.ids[rows])

    def describe(self, extractor: object, name: str) -> np.ndarray:
        """Return the codes, whatever the hash."""
        return self.codes

    def undecodable(self, extractor: object) -> np.ndarray:
        """Return that all images could be read."""
        return np.zeros(len(self), bool)


def search(folder: Path) -> None:
    """Answer all queries as a run does: chunks of them in threads."""
    from joblib import Parallel, delayed

    from harness import TrainingData
    from harness.solution.registry import load_solution

    index, queries = (
        Described(codes := np.load(folder / f"{part}.npy", mmap_mode="r"), np.arange(len(codes)).astype(object))
        for part in ("index", "queries")
    )
    solution = load_solution("hash")
    solution.fit(TrainingData(index[:0], np.zeros(0, int), index))
    chunks = [queries[start : start + solution.chunk] for start in range(0, len(queries), solution.chunk)]
    answers = Parallel(n_jobs=THREADS, prefer="threads")(delayed(solution.rank)(chunk) for chunk in chunks)
    assert sum(len(answer.positions) for answer in answers) == len(queries)


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give wall time and memory of the whole process."""
    with TemporaryDirectory() as folder:
        draw = np.random.default_rng(0)
        for part, n in (("index", N_INDEX), ("queries", N_QUERIES)):
            np.save(Path(folder) / f"{part}.npy", draw.integers(0, 2**64, n, np.uint64))
        command = [sys.executable, "-c", f"from benchmarks.bench_gldv1 import *; search(Path({folder!r}))"]
        measured(command)  # compiles, where it was never compiled before
        cost = measured(command)
    yield "search, whole process: wall", f"{cost.wall_s:.1f} s", "≤ 12 s", cost.wall_s <= 12
    yield "peak memory", f"{cost.peak_mb:.0f} MB", "≤ 600 MB", cost.peak_mb <= 600
