"""Overhead of the harness: a run of a trivial solution with 1 M index ids and 118 k queries of 100 ids each."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measure
from benchmarks.table import Row

LANDMARK = str(Path(sys.executable).with_name("landmark"))
N_INDEX, N_QUERIES, N_RELEVANT = 1_000_000, 118_000, 20


def rows() -> Iterator[Row]:
    """Yield wall time and peak memory of `landmark run first_images`; at most 10 s and 2 GB are allowed."""
    with TemporaryDirectory() as folder:
        write_tables(Path(folder) / "large")
        cost = measure(
            [LANDMARK, "run", "first_images", "--on", f"{folder}/large", "--workspace", f"{folder}/workspace"]
        )
    yield "run, score and enter it: wall", f"{cost.wall_s:.1f} s", "≤ 10 s", cost.wall_s <= 10
    yield "all processes: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 2 GB", cost.peak_mb <= 2000


def write_tables(folder: Path) -> None:
    """Write the tables of a competition as large as the challenge of 2018, without images."""
    folder.mkdir()
    random = np.random.default_rng(0)
    numbers = random.permutation(N_INDEX + N_QUERIES).astype(np.uint64) * np.uint64(16_000_000_000_033)
    ids = np.array([f"{number:016x}" for number in numbers], object)
    index, queries = ids[:N_INDEX], ids[N_INDEX:]
    usage = random.choice(["Public", "Private"], N_QUERIES)
    (folder / "index.csv").write_text("id\n" + "\n".join(index) + "\n")
    (folder / "test.csv").write_text("id\n" + "\n".join(queries) + "\n")
    relevant = random.choice(N_INDEX, (N_QUERIES, N_RELEVANT))
    lines = (
        f"{query},{' '.join(index[row])},{use}\n" for query, row, use in zip(queries, relevant, usage, strict=True)
    )
    (folder / "retrieval_solution.csv").write_text("id,images,Usage\n" + "".join(lines))
