"""Images of the synthetic competition per second of one core, with JPEG encoding."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import Row
from harness.synthetic.competition import SyntheticCompetition

LANDMARKS = 15


def rows() -> Iterator[Row]:
    """Yield the images per CPU second; at least 100 are required."""
    with TemporaryDirectory() as folder:
        SyntheticCompetition(landmarks=1).write(Path(folder) / "warm")
        cpu = time.process_time()
        SyntheticCompetition(landmarks=LANDMARKS).write(Path(folder) / "images")
        cpu = time.process_time() - cpu
        n_images = len(list((Path(folder) / "images").rglob("*.jpg")))
    speed = n_images / cpu
    yield f"{n_images} images at the default size", f"{speed:.0f} images per CPU second", "≥ 100 images/s", speed >= 100
