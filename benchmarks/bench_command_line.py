"""The command line: how soon it answers."""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.process import measured

LANDMARK = str(Path(sys.executable).with_name("landmark"))
REPEATS = 7


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give the time of `landmark --help`, beside Python's own start."""
    times = [
        (measured([LANDMARK, "--help"]).wall_s, measured([sys.executable, "-c", ""]).wall_s) for _ in range(REPEATS)
    ]
    own, bare = (median(column) for column in zip(*times, strict=True))
    yield "landmark --help", f"{own:.2f} s ({own / bare:.1f} × an empty Python)", "≤ 0.5 s", own <= 0.5
