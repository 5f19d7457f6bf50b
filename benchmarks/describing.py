"""A process that describes photographs by Lite0 at 224 pixels, and runs the network alone on ready arrays.

`python -m benchmarks.describing FOLDER N PRECISION OUT` writes the wall seconds of each round and the rows to OUT.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from harness.cpu_budget import cores, limit_cores
from harness.data.image_set import ImageSet
from harness.data.images.find import ImageFolder
from harness.data.images.source import TableImages
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.engines.registry import find_engine

SIDE, ROUNDS, WARM_UP = 224, 3, 64


def main(folder: Path, n: int, precision: Precision, out: Path) -> None:
    """Describe the first n photographs of a folder, and run the network alone as many times, in turn."""
    extractor = SquareExtractor(side=SIDE, precision=precision)
    shape = extractor.network.batch, SIDE, SIDE, 3
    run = find_engine().load(extractor.network.spec, precision, shape).run
    batch = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    ids = np.array(sorted(path.stem for path in folder.rglob("*.jpg"))[:n], object)
    describe(folder, ids[:WARM_UP].copy(), extractor)
    run(batch)
    seconds = {"store": [], "alone": []}
    for _ in range(ROUNDS):
        took, rows = timed(lambda: describe(folder, ids, extractor))
        seconds["store"].append(took)
        seconds["alone"].append(timed(lambda: run_alone(run, batch, n))[0])
    np.savez(out, rows=rows, **seconds)


def describe(folder: Path, ids: np.ndarray, extractor: SquareExtractor) -> np.ndarray:
    """Return GeM of the photographs with these ids, through a new store."""
    with TemporaryDirectory() as store:
        images = ImageSet(TableImages("index", ids, ImageFolder(folder, "index"), Path(store)))
        return np.array(images.describe(extractor, "gem"))


def run_alone(run: Callable[[np.ndarray], object], batch: np.ndarray, n: int) -> None:
    """Run the network on the same batch until it has seen n images, one batch at a time on each core."""
    batches, threads = -(-n // len(batch)), cores()

    def work(number: int) -> None:
        with limit_cores(1):
            for _ in range(number, batches, threads):
                run(batch)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))


def timed(work: Callable[[], np.ndarray | None]) -> tuple[float, np.ndarray | None]:
    """Return the wall seconds of a call, and its result."""
    start = time.monotonic()
    result = work()
    return time.monotonic() - start, result


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
