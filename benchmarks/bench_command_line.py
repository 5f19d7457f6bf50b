"""Start of the command line: wall time of `landmark --help`, compared with the start of Python."""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.process import measure
from benchmarks.table import Row

LANDMARK = str(Path(sys.executable).with_name("landmark"))
REPEATS = 7


def rows() -> Iterator[Row]:
    """Yield the median time of `landmark --help`; it must not exceed 0.5 s."""
    times = [(measure([LANDMARK, "--help"]).wall_s, measure([sys.executable, "-c", ""]).wall_s) for _ in range(REPEATS)]
    own, bare = (median(column) for column in zip(*times, strict=True))
    yield "landmark --help", f"{own:.2f} s ({own / bare:.1f} × an empty Python)", "≤ 0.5 s", own <= 0.5
