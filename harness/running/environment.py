"""What the result of a run depends on besides its solution, code, data and libraries: device, settings, named files."""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from harness.device import CPU, device_name, planned_device
from harness.digest_cache import DigestCache
from harness.running.dependencies.file_reads import file_stat
from harness.running.named_files import named_files

_SETTINGS = "KERAS_BACKEND", "LANDMARK_ENGINE", "LANDMARK_KERNELS"


def environment_facts(values: Mapping[str, object], digests: DigestCache) -> dict[str, str]:
    """Return the GPU if one is planned, the settings that are set, and the digests of the files of parameters.

    `values` are those of parameters by name. A parameter such as `weights='own.weights.h5'` names a file; see
    `named_files`. The facts are {} for a run on the CPU without any.
    """
    device = planned_device()
    facts = {} if device == CPU else {"device": device_name(device)}
    facts |= {name: os.environ[name] for name in _SETTINGS if os.environ.get(name)}
    files = {name: named_files(value) for name, value in values.items()}
    return facts | {name: _digest(paths, digests) for name, paths in files.items() if paths}


def _digest(paths: Sequence[Path], digests: DigestCache) -> str:
    """Return a digest of the contents of files, which may be large."""
    digest = sha256()
    for path in map(str, paths):
        stat = file_stat(path)
        digest.update((digests.file(path, stat) if stat else "").encode() + b"\n")
    return digest.hexdigest()
