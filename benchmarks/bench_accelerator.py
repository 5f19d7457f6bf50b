"""Exact search and describing on a GPU; without one, only the comparison of torch and jax with the CPU search."""

import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import psutil

from benchmarks.bench_store import linked_images
from benchmarks.table import Row
from harness.data.image_set import ImageSet
from harness.data.images.source import TableImages
from harness.device import CPU, choose_device, device_name, device_report
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.neighbours import jax_search, torch_search
from solutions.neighbours.accelerator import AcceleratorSearcher, Kind, Library, has_accelerator
from solutions.neighbours.exact import nearest

GOAL_S, K, SAMPLE, REPEATS = 1.2, 100, 100, 3
LEAST_EQUAL: dict[Kind, float] = {"float32": 0.9999, "bfloat16": 0.999}
N_IMAGES, SIDE = 4096, 224


class SearchSize(NamedTuple):
    """The numbers of rows, of queries, and of numbers in each."""

    n_index: int
    n_queries: int
    width: int

    def scale(self, share: float) -> "SearchSize":
        """Return the size with this share of the rows and of the queries, if it is less than 1."""
        return SearchSize(int(self.n_index * min(1, share)), int(self.n_queries * min(1, share)), self.width)

    @property
    def n_bytes(self) -> int:
        """Return the bytes of all numbers as float32."""
        return 4 * self.width * (self.n_index + self.n_queries)

    def __str__(self) -> str:
        return f"{self.n_index} × {self.n_queries} × {self.width}"


FULL, SMALL = SearchSize(1_100_000, 118_000, 2048), SearchSize(20_000, 500, 128)


def rows() -> Iterator[Row]:
    """Yield the device, seconds of searches with the share of ids that equal those of the CPU, and describing."""
    device = choose_device(has_accelerator, "install torch or jax with CUDA")
    no_gpu = "none that torch or jax can use; they compute on the CPU, and only ids are compared"
    yield "GPU", no_gpu if device == CPU else device_name(device), "", True
    size = SMALL if device == CPU else FULL.scale(_memory() / FULL.n_bytes)
    index, queries = clustered(size)
    expected = nearest(queries[:SAMPLE], index, K, device="cpu").positions
    for library in libraries(on_gpu=device != CPU):
        for kind in LEAST_EQUAL:
            yield search(library, kind, index, queries, expected, size, timed=device != CPU)
    if device != CPU:
        yield describing()


def libraries(*, on_gpu: bool) -> list[Library]:
    """Return the installed libraries; with `on_gpu` those that have a GPU."""
    found: dict[Library, bool] = {"torch": torch_search.has_gpu(), "jax": jax_search.has_gpu()}
    return [name for name, has_gpu in found.items() if find_spec(name) and (has_gpu or not on_gpu)]


def search(
    library: Library,
    kind: Kind,
    index: np.ndarray,
    queries: np.ndarray,
    expected: np.ndarray,
    size: SearchSize,
    *,
    timed: bool,
) -> Row:
    """Return the seconds to send the index and to search all queries, the least of some, and the share of equal ids."""
    start = time.perf_counter()
    searcher = AcceleratorSearcher(kind, library).build(index)
    searcher.search(queries[:SAMPLE], K)  # compiles, and waits for the index
    built, seconds = time.perf_counter() - start, []
    for _ in range(REPEATS if timed else 1):
        start = time.perf_counter()
        positions = searcher.search(queries, K).positions
        seconds.append(time.perf_counter() - start)
    equal = np.mean([np.isin(*pair).mean() for pair in zip(positions[:SAMPLE], expected, strict=True)])
    timing = f"{min(seconds):.2f} s, index sent in {built:.1f} s, " if timed else ""
    is_full = timed and size == FULL
    goal = f"≤ {GOAL_S} s, " * is_full + f"≥ {LEAST_EQUAL[kind]:.2%} equal"
    passed = equal >= LEAST_EQUAL[kind] and (not is_full or kind == "float32" or min(seconds) <= GOAL_S)
    scaled = "" if is_full or not timed else f" (less memory than {FULL} needs)"
    return f"search by {library}, {kind}, {size}{scaled}", f"{timing}{equal:.3%} of ids equal the CPU's", goal, passed


def describing() -> Row:
    """Return the speed of describing from files to rows on disk, as a share of the network alone on ready arrays."""
    extractor = SquareExtractor("lite0", SIDE)
    photographs = np.random.default_rng(0).integers(0, 256, (1024, SIDE, SIDE, 3), np.uint8)
    extractor.network.forward(photographs)
    start = time.perf_counter()
    for _ in range(N_IMAGES // len(photographs)):
        extractor.network.forward(photographs)
    bare = N_IMAGES / (time.perf_counter() - start)
    with TemporaryDirectory() as folder:
        files = linked_images(Path(folder), N_IMAGES)
        ids = np.array([f"{number:08d}" for number in range(N_IMAGES)], object)
        start = time.perf_counter()
        ImageSet(TableImages("index", ids, files, Path(folder) / "store")).describe(extractor, "gem")
        described = N_IMAGES / (time.perf_counter() - start)
    figures = f"{described:.0f} images/s, {described / bare:.2f} × the network alone ({bare:.0f}); {device_report()}"
    return f"describing photographs of 1.5 megapixels, lite0 at {SIDE} pixels", figures, "", True


def clustered(size: SearchSize) -> tuple[np.ndarray, np.ndarray]:
    """Return unit rows and queries around n / 50 centres, made block by block."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((size.n_index // 50, size.width), np.float32)
    sets = np.empty((size.n_index, size.width), np.float32), np.empty((size.n_queries, size.width), np.float32)
    for rows_of_set in sets:
        for start in range(0, len(rows_of_set), 2**14):
            block = rows_of_set[start : start + 2**14]
            random.standard_normal(out=block, dtype=np.float32)
            block *= 0.8
            block += centres[random.integers(0, len(centres), len(block))]
            block /= np.linalg.norm(block, axis=1, keepdims=True)
    return sets


def _memory() -> float:
    """Return the bytes of float32 numbers for which this machine and its GPU have room."""
    free = psutil.virtual_memory().available / 2
    if torch_search.has_gpu():
        import torch

        free = min(free, (torch.cuda.mem_get_info()[0] - 6e9) / 1.6)  # beside blocks, and a copy in bfloat16
    return max(free, 1e9)
