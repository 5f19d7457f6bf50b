"""The process that computes the vectors of a plug-in: `python -P -m … FOLDER DESCRIPTOR`.

It reads job and split from the file of the descriptor, see `harness.running.run_input`, and writes a file of vectors
for each block of images into the folder. The sandbox comes first, and all large imports after it.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from harness.sandbox.policy import SandboxPolicy
from harness.sandbox.restriction import restrict


def main(folder: Path, descriptor: int) -> int:
    """Restrict this process, and describe the parts that the request names; return the exit code."""
    with open(descriptor, "rb") as file:
        file.seek(0)
        restrict(SandboxPolicy.from_json(file.readline().decode()))
        from harness.delivery.plugin_vectors import ERROR
        from harness.errors import error_text

        job, split = pickle.load(file)  # noqa: S301 (our parent has written it)
    try:
        _describe(job, split, folder)
    except BaseException as error:  # noqa: BLE001 (the code of a user may raise anything)
        (folder / ERROR).write_text(json.dumps(f"{job.spec}: {error_text(error)}"), encoding="utf-8")
        return 1
    return 0


def _describe(job: Any, split: Any, folder: Path) -> None:
    import numpy as np

    from harness.delivery.plugin_vectors import BLOCK, REQUEST, block_file
    from harness.solution.registry import load_solution
    from harness.workspace import Workspace

    solution = load_solution(job.spec, Workspace(Path(job.workspace)).register)
    solution.fit(split.data)
    sets = {"test": split.queries, "index": split.data.index, "train": split.data.train}
    for part in json.loads((folder / REQUEST).read_text(encoding="utf-8")):
        images = sets[part]
        for start in range(0, len(images), BLOCK):
            rows = np.asarray(solution.describe(images[start : start + BLOCK]))
            np.save(folder / block_file(part, start), rows, allow_pickle=False)


if __name__ == "__main__":
    code = main(Path(sys.argv[1]), int(sys.argv[2]))
    os._exit(code)  # do not wait for threads that the plug-in left running
