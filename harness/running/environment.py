"""What the result of a run depends on besides its solution, code, data and libraries: device, settings, named files."""

import os
from collections.abc import Sequence
from hashlib import file_digest, sha256
from pathlib import Path

from harness.device import CPU, device_name, planned_device
from harness.running.named_files import named_files
from harness.solution.base import Solution, parameters

_SETTINGS = "KERAS_BACKEND", "LANDMARK_ENGINE"


def environment_facts(solution: Solution) -> dict[str, str]:
    """Return the GPU if one is planned, the settings that are set, and the digests of the files of parameters.

    A parameter such as `weights='own.weights.h5'` names a file; see `named_files`. The facts are {} for a run on the
    CPU without any.
    """
    device = planned_device()
    facts = {} if device == CPU else {"device": device_name(device)}
    facts |= {name: os.environ[name] for name in _SETTINGS if os.environ.get(name)}
    values = {each.name: getattr(solution, each.name) for each in parameters(type(solution))}
    files = {name: named_files(value) for name, value in values.items()}
    return facts | {name: _digest(paths) for name, paths in files.items() if paths}


def _digest(paths: Sequence[Path]) -> str:
    """Return a digest of the contents of files, which may be large."""
    digest = sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(file_digest(file, "sha256").digest())
    return digest.hexdigest()
