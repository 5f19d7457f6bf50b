"""The built-in competition: how fast it is drawn, JPEG encoding included."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.synthetic.competition import SyntheticCompetition

LANDMARKS = 15


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give images a second of one core."""
    with TemporaryDirectory() as folder:
        SyntheticCompetition(landmarks=1).write(Path(folder) / "warm")
        cpu = time.process_time()
        SyntheticCompetition(landmarks=LANDMARKS).write(Path(folder) / "drawn")
        cpu = time.process_time() - cpu
        n_images = len(list((Path(folder) / "drawn").rglob("*.jpg")))
    speed = n_images / cpu
    yield f"{n_images} images at the default size", f"{speed:.0f} images per CPU second", "≥ 100 images/s", speed >= 100
