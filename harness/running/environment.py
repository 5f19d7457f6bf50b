"""What the result of a run depends on besides its solution, code, data and libraries: device, settings, named files."""

import os
from hashlib import file_digest

from harness.device import CPU, device_name, planned_device
from harness.solution.base import Solution, parameters

_SETTINGS = "KERAS_BACKEND", "LANDMARK_ENGINE"


def environment_facts(solution: Solution) -> dict[str, str]:
    """Return the GPU if one is planned, the settings that are set, and the digests of the files of parameters.

    A parameter such as `weights='own.weights.h5'` names a file. The facts are {} for a run on the CPU without any.
    """
    device = planned_device()
    facts = {} if device == CPU else {"device": device_name(device)}
    facts |= {name: os.environ[name] for name in _SETTINGS if os.environ.get(name)}
    values = {each.name: getattr(solution, each.name) for each in parameters(type(solution))}
    files = {name: value for name, value in values.items() if isinstance(value, str) and os.path.isfile(value)}
    return facts | {name: _digest(value) for name, value in files.items()}


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
