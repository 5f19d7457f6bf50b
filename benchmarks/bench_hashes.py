"""Four perceptual hashes of 24 JPEGs of 1.5 megapixels and about 330 kB: compared with imagehash."""

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

from benchmarks.process import cpu_seconds
from benchmarks.table import Row, show
from harness.data.images.decode import decode
from solutions.hashing.hashes.extractor import PerceptualHashes

N_IMAGES, SIZE = 24, (1440, 1080)
REPEATS = 5
REDUCED, FULL = PerceptualHashes(decode="reduced"), PerceptualHashes()
THREE = (imagehash.average_hash, imagehash.phash, imagehash.dhash)


def rows() -> Iterator[Row]:
    """Yield the images per second of one core, compared with imagehash at full decode, and the gain of two threads."""
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
    """Return images per CPU second, called in turn: ours at reduced and full decode, three and four of imagehash."""
    variants: list[Callable[[], object]] = [
        lambda: describe(REDUCED, paths),
        lambda: describe(FULL, paths),
        lambda: by_imagehash(THREE, paths),
        lambda: by_imagehash((*THREE, imagehash.whash), paths[:4]),
    ]
    counts = [len(paths)] * 3 + [4]
    seconds = [[cpu_seconds(variant) for variant in variants] for _ in range(REPEATS)]
    return [count / median(column) for count, column in zip(counts, zip(*seconds, strict=True), strict=True)]


def gain_by_threads(paths: Sequence[Path]) -> float:
    """Return the speed of two threads divided by that of one, in wall time."""
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
        with Image.open(path) as image:
            image.load()
            for function in functions:
                function(image)


def photograph(folder: Path, number: int) -> Path:
    """Save a random image with the noise of a photograph and return its path."""
    random = np.random.default_rng(number)
    image = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    for _ in range(40):
        left, top = random.uniform(-0.2, 1, 2) * SIZE
        box = [left, top, left + random.uniform(20, 400), top + random.uniform(20, 400)]
        ImageDraw.Draw(image).ellipse(box, fill=tuple(random.integers(0, 256, 3)))
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(1))) + random.normal(0, 6.5, (SIZE[1], SIZE[0], 1))
    path = folder / f"{number}.jpg"
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=85)
    return path


def wall_seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    show(sys.modules[__name__])
