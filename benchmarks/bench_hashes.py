"""Four perceptual hashes of photographs: 24 JPEGs of 1.5 megapixels and about 330 kB."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import imagehash
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.table import show
from harness.data.images.decode import decode
from solutions.hashing.hashes.extractor import PerceptualHashes

N_IMAGES, SIZE = 24, (1440, 1080)
REPEATS = 5
REDUCED, FULL = PerceptualHashes(decode="reduced"), PerceptualHashes()
THREE = (imagehash.average_hash, imagehash.phash, imagehash.dhash)


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give images a second of one core, against imagehash over a full decode, and what a second thread adds."""
    with TemporaryDirectory() as folder:
        paths = [photograph(Path(folder), number) for number in range(N_IMAGES)]
        kilobytes = sum(path.stat().st_size for path in paths) / N_IMAGES / 1000
        gain = gain_by_threads(paths)
        reduced, full, three, four = speeds(paths)
        yield (
            f"reduced decode, four hashes ({kilobytes:.0f} kB)",
            f"{reduced:.0f} images/s; {reduced / three:.1f} × imagehash's three, {reduced / four:.1f} × its four",
            "≥ 200 images/s",
            reduced >= 200,
        )
        yield "full decode, four hashes", f"{full:.0f} images/s; {full / four:.1f} × imagehash", "≥ 1 ×", full >= four
        yield "two threads", f"{gain:.2f} × one", "≥ 1.7 ×", gain >= 1.7


def speeds(paths: Sequence[Path]) -> list[float]:
    """Return images a CPU second, each way timed in turn: ours reduced and full, imagehash's three and four."""
    ways: list[Callable[[], object]] = [
        lambda: describe(REDUCED, paths),
        lambda: describe(FULL, paths),
        lambda: by_imagehash(THREE, paths),
        lambda: by_imagehash((*THREE, imagehash.whash), paths[:4]),
    ]
    counts = [len(paths)] * 3 + [4]
    seconds = [[cpu_seconds(way) for way in ways] for _ in range(REPEATS)]
    return [count / median(column) for count, column in zip(counts, zip(*seconds, strict=True), strict=True)]


def gain_by_threads(paths: Sequence[Path]) -> float:
    """Return how many times as fast two threads are in wall time."""
    batches = [paths[start : start + 8] for start in range(0, len(paths), 8)] * 4
    gains = []
    with ThreadPoolExecutor(2) as threads:
        for _ in range(REPEATS):
            one = wall_seconds(lambda: [describe(REDUCED, batch) for batch in batches])
            two = wall_seconds(lambda: list(threads.map(lambda batch: describe(REDUCED, batch), batches)))
            gains.append(one / two)
    return median(gains)


def describe(extractor: PerceptualHashes, paths: Sequence[Path]) -> object:
    return extractor.describe([decode(path, reduce_to=extractor.reduce_to) for path in paths])


def by_imagehash(functions: Sequence[Callable[..., object]], paths: Sequence[Path]) -> None:
    for path in paths:
        with Image.open(path) as picture:
            picture.load()
            for function in functions:
                function(picture)


def photograph(folder: Path, number: int) -> Path:
    """Save a drawn picture with the grain of a photograph."""
    draw = np.random.default_rng(number)
    picture = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    for _ in range(40):
        left, top = draw.uniform(-0.2, 1, 2) * SIZE
        box = [left, top, left + draw.uniform(20, 400), top + draw.uniform(20, 400)]
        ImageDraw.Draw(picture).ellipse(box, fill=tuple(draw.integers(0, 256, 3)))
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(1))) + draw.normal(0, 6.5, (SIZE[1], SIZE[0], 1))
    path = folder / f"{number}.jpg"
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=85)
    return path


def cpu_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def wall_seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    show(sys.modules[__name__])
