"""Describing photographs by Lite0 at 224 pixels: compared with TensorFlow and with the engine alone; memory; bf16."""

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measure
from benchmarks.table import Row, show
from harness.synthetic.competition import SyntheticCompetition

PHOTOGRAPHS = os.environ.get("LANDMARK_TEST_DATA")  # a folder below which photographs are, or None to draw some
N_IMAGES, LANDMARKS, REPEATS = 512, 12, 2  # so many that the end, when a core waits for the other, counts little
ENGINE, PARTS = "LANDMARK_ENGINE", ("store", "alone")

Outcome = dict[str, np.ndarray]


def rows() -> Iterator[Row]:
    """Yield images per second against TensorFlow and the engine alone, the cost of bf16, and the peak of memory."""
    variants = {"openvino": "float32", "bf16": "bf16"} | ({"keras": "float32"} if find_spec("tensorflow") else {})
    with TemporaryDirectory() as folder:
        images = linked_images(Path(folder))
        runs = [
            {name: describe(images, Path(folder), N_IMAGES, name, precision) for name, precision in variants.items()}
            for _ in range(REPEATS)
        ]
        yield from speed_rows({name: [run[name] for run in runs] for name in variants})
        yield bf16_row(runs[0]["openvino"]["rows"], runs[0]["bf16"]["rows"])
        yield memory_row(images, Path(folder), float(runs[0]["openvino"]["peak_mb"]))


def speed_rows(runs: dict[str, list[Outcome]]) -> Iterator[Row]:
    """Yield the speeds of the least times."""
    least = {
        (name, part): min(each[part].min() for each in repeats) for name, repeats in runs.items() for part in PARTS
    }
    speed = {variant: N_IMAGES / seconds for variant, seconds in least.items()}
    ours, alone, bf16 = speed["openvino", "store"], speed["openvino", "alone"], speed["bf16", "store"]
    what = "from files to stored descriptors"
    if "keras" in runs:
        theirs = speed["keras", "store"]
        yield what, f"{ours:.0f} images/s; {ours / theirs:.2f} × TensorFlow", "≥ 1.6 ×", ours / theirs >= 1.6
    yield what, f"{ours / alone:.2f} × the engine alone ({alone:.0f} images/s)", "≥ 0.92 ×", ours / alone >= 0.92
    yield f"{what}, bf16", f"{bf16:.0f} images/s; {bf16 / ours:.2f} × float32", "", True


def bf16_row(exact: np.ndarray, rounded: np.ndarray) -> Row:
    """Return how far the descriptors of bf16 are from those of float32."""
    lengths = [np.linalg.norm(each, axis=1) for each in (exact, rounded)]
    cosines = (exact * rounded).sum(axis=1) / np.multiply(*lengths)
    return "bf16, cosine to float32", f"mean {cosines.mean():.4f}, least {cosines.min():.4f}", "", True


def memory_row(images: Path, folder: Path, peak_mb: float) -> Row:
    """Return the peak of memory of four times as many images, against that of the others."""
    more = float(describe(images, folder, 4 * N_IMAGES, "openvino", "float32")["peak_mb"])
    return (
        f"peak of memory, {4 * N_IMAGES} images",
        f"{more:.0f} MB; {more / peak_mb:.2f} × that of {N_IMAGES}",
        "≤ 1200 MB, ≤ 1.1 ×",
        more <= 1200 and more <= 1.1 * peak_mb,
    )


def linked_images(folder: Path) -> Path:
    """Return a folder with links to photographs of the user, or to drawn ones: 4 × `N_IMAGES`."""
    if not PHOTOGRAPHS:
        SyntheticCompetition(landmarks=LANDMARKS).write(folder / "drawn")
    photographs = sorted(Path(PHOTOGRAPHS or folder / "drawn").rglob("*.jpg"))
    (folder / "images" / "index").mkdir(parents=True)
    for number in range(4 * N_IMAGES):
        target = photographs[number % len(photographs)].resolve()
        (folder / "images" / "index" / f"{number:08d}.jpg").symlink_to(target)
    return folder / "images"


def describe(images: Path, folder: Path, n: int, engine: str, precision: str) -> Outcome:
    """Return the seconds, rows and peak of memory of a process that describes n images."""
    name = "openvino" if engine == "bf16" else engine
    command = [sys.executable, "-m", "benchmarks.describing", str(images), str(n), precision, str(folder / "out.npz")]
    cost = measure(["env", f"{ENGINE}={name}", *command])
    return {**np.load(folder / "out.npz"), "peak_mb": np.array(cost.peak_mb)}


if __name__ == "__main__":
    show(sys.modules[__name__])
