"""The vectors of a plug-in, which a process of its own computes and leaves in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from harness.data.image_set import ImageSet
from harness.data.split import Split
from harness.errors import PluginError
from harness.regular_file import open_regular, read_json
from harness.running.description.plugin_process import end_reason, run_module
from harness.running.outcome import RunJob
from harness.running.run_input import prepare_worker
from harness.supervision.process_end import ProcessLimits
from harness.temporary_files import temporary_folder
from leaderboard.safe_text import make_printable

REQUEST, ERROR = "request.json", "error.json"
BLOCK = 4096  # images whose descriptors are in memory
_MODULE = "harness.delivery.plugin_vectors_process"
_NO_LIMITS = ProcessLimits()
_MAX_REASON = 10_000  # bytes


def block_file(part: str, start: int) -> str:
    """Return the name of the file of a block's vectors."""
    return f"{part}-{start}.npy"


def plugin_vectors(job: RunJob, split: Split, sets: dict[str, ImageSet]) -> Iterator[tuple[ImageSet, np.ndarray]]:
    """Yield blocks of the images with their vectors `(n, d)`, NaN for images that cannot be described.

    `sets` are images of the split by part. Raises PluginError if the plug-in fails or leaves anything else.
    """
    with temporary_folder() as folder:
        (folder / REQUEST).write_text(json.dumps([*sets]), encoding="utf-8")
        with prepare_worker(job, split, folder, "auto", os.environ) as start:
            number = start.descriptor
            end = run_module(_MODULE, folder, str(number), _NO_LIMITS, [number], start.environment)
        if end.code or end.limit:
            raise PluginError(_reason(folder) or f"{job.spec}: its process {end_reason(end, _NO_LIMITS)}")
        for part, images in sets.items():
            for start_row in range(0, len(images), BLOCK):
                block = images[start_row : start_row + BLOCK]
                yield block, _read(folder / block_file(part, start_row), len(block), job.spec)


def _read(path: Path, n_images: int, spec: str) -> np.ndarray:
    try:
        with open_regular(path) as file:
            rows = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, MemoryError):
        raise PluginError(f"{spec}: it left no vectors of its images") from None
    if rows.ndim != 2 or len(rows) != n_images or rows.dtype.kind not in "fiu":
        raise PluginError(f"{spec}: describe returned an array {rows.shape} of {rows.dtype} for {n_images} images")
    return rows


def _reason(folder: Path) -> str:
    with suppress(OSError, ValueError):
        reason = read_json(folder / ERROR, _MAX_REASON)
        return make_printable(reason) if isinstance(reason, str) else ""
    return ""
