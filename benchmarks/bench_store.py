"""The descriptor store: four hashes of photographs of 1.5 megapixels, from image files to rows on disk."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.bench_hashes import N_IMAGES, photograph
from benchmarks.table import Row
from harness.cpu_budget import limit_cores
from harness.data.image_set import ImageSet
from harness.data.images.find import ImageFolder
from harness.data.images.source import TableImages
from solutions.hashing.hashes.extractor import PerceptualHashes

N_LINKS, REPEATS = 960, 5


def rows() -> Iterator[Row]:
    """Yield images per second of one core and two, each repeat with a new store, and of reading stored rows."""
    with TemporaryDirectory() as folder:
        images = linked_images(Path(folder))
        describe_all(images, Path(folder) / "warm", 1)
        seconds = [
            [describe_all(images, Path(folder) / f"{cores}-{repeat}", cores) for cores in (1, 2)]
            for repeat in range(REPEATS)
        ]
        cpu_s = median(cpu for (_, cpu), _ in seconds)
        gain = median(one_core / two_cores for (one_core, _), (two_cores, _) in seconds)
        read_s = describe_all(images, Path(folder) / "warm", 1)[0]
    speed = N_LINKS / cpu_s
    yield (
        "reduced decode, four hashes, stored",
        f"{speed:.0f} images per CPU second",
        "≥ 200 images/s per core",
        speed >= 200,
    )
    yield "two cores", f"{gain:.2f} × one, wall, median", "≥ 1.7 ×", gain >= 1.7
    yield "rows read again", f"{N_LINKS / read_s:.0f} images/s", "≥ 20 × describing", N_LINKS / read_s >= 20 * speed


def linked_images(folder: Path, count: int = N_LINKS) -> ImageFolder:
    """Return a folder with this number of hard links to a few photographs."""
    photographs = [photograph(folder, number) for number in range(N_IMAGES)]
    (folder / "index").mkdir()
    for number in range(count):
        os.link(photographs[number % N_IMAGES], folder / "index" / f"{number:08d}.jpg")
    return ImageFolder(folder, "index")


def describe_all(files: ImageFolder, store: Path, cores: int) -> tuple[float, float]:
    """Return the wall and CPU seconds of describing all images."""
    ids = np.array([f"{number:08d}" for number in range(N_LINKS)], object)
    wall, cpu = time.monotonic(), time.process_time()
    with limit_cores(cores):
        codes = ImageSet(TableImages("index", ids, files, store)).describe(PerceptualHashes("reduced"), "dct")
    assert len(set(codes.tolist())) == N_IMAGES
    return time.monotonic() - wall, time.process_time() - cpu
