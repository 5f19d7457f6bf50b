"""Vectors of the user: adding 1 M × 512 to a competition, and an `embeddings` search of 1 000 queries among them."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measure
from benchmarks.table import Row

LANDMARK = str(Path(sys.executable).with_name("landmark"))
N_INDEX, N_QUERIES, WIDTH, K = 1_000_000, 1_000, 512, 100
BLOCK = 50_000
ADD_S, SEARCH_S, SEARCH_MB = 15, 3, 3000


def rows() -> Iterator[Row]:
    """Yield the time of adding, compared with a copy of the file, and time and memory of the search."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        on = ["--on", f"{folder}/large", "--workspace", f"{folder}/workspace"]
        write_competition(folder)
        adding = measure([LANDMARK, "embeddings", "add", "mine", f"{folder}/vectors.npy", *on])
        copy_s = seconds(lambda: shutil.copyfile(folder / "vectors.npy", folder / "copy.npy"))
        ratio = (
            f"{adding.wall_s / copy_s:.1f} × the copy of the file, {adding.cpu_s:.1f} CPU s, {adding.peak_mb:.0f} MB"
        )
        yield "adding 1 M × 512: wall", f"{adding.wall_s:.1f} s; {ratio}", f"≤ {ADD_S} s", adding.wall_s <= ADD_S
        command = [LANDMARK, "run", "embeddings('mine')", *on, "--json"]
        cost = measure(command)
        stages = run_stages(command)  # of the finished run
        search = next(stage for stage in stages if stage["name"] == "rank")
        numpy_s = seconds(lambda: search_by_numpy(np.load(folder / "vectors.npy", mmap_mode="r")))
        spent = ", ".join(f"{stage['name']} {stage['wall_s']:.1f} s ({stage['cpu_s']:.1f} CPU)" for stage in stages)
        text = f"{search['wall_s']:.1f} s; {numpy_s / search['wall_s']:.1f} × as fast as NumPy; {spent}"
        yield "search of 1 000 queries: wall", text, f"≤ {SEARCH_S} s", search["wall_s"] <= SEARCH_S
        peak = max(stage["peak_mb"] for stage in stages)
        mapped = N_INDEX * WIDTH * 4 / 1e6
        text = f"{peak + mapped:.0f} MB, of which {mapped:.0f} are mapped vectors; all processes {cost.peak_mb:.0f} MB"
        yield "memory of the run's process", text, f"≤ {SEARCH_MB} MB", peak + mapped <= SEARCH_MB


def write_competition(folder: Path) -> None:
    """Write tables without images, and vectors around 20 000 centres in another order than the tables."""
    random = np.random.default_rng(0)
    ids = np.array([f"{number:016x}" for number in random.permutation(N_INDEX + N_QUERIES)], object)
    (folder / "large").mkdir()
    (folder / "large" / "index.csv").write_text("id\n" + "\n".join(ids[:N_INDEX]) + "\n")
    (folder / "large" / "test.csv").write_text("id\n" + "\n".join(ids[N_INDEX:]) + "\n")
    order = random.permutation(len(ids))
    (folder / "vectors.ids.txt").write_text("\n".join(ids[order]) + "\n")
    centres = random.standard_normal((N_INDEX // 50, WIDTH), np.float32)
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, (len(ids), WIDTH))
    for start in range(0, len(ids), BLOCK):
        some = vectors[start : start + BLOCK]
        some[:] = centres[random.integers(0, len(centres), len(some))]
        some += 0.8 * random.standard_normal(some.shape, np.float32)


def run_stages(command: list[str]) -> list[dict]:
    """Return the stages of the run of a command that prints JSON."""
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)["runs"][0]["stages"]


def search_by_numpy(vectors: np.ndarray) -> None:
    """Find the nearest of the first vectors by a product of matrices, in blocks that fit into memory."""
    for start in range(0, len(vectors), BLOCK):
        similarities = vectors[:N_QUERIES] @ vectors[start : start + BLOCK].T
        np.argpartition(similarities, -K, axis=1)[:, -K:]


def seconds(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start
