"""Which files of `/dev` a process in a sandbox may open: no disks, no memory of the machine."""

import os
from collections.abc import Iterator

DEVICES, SHARED_MEMORY = "/dev", "/dev/shm"  # noqa: S108 (a folder of the system)
_NAMES = {"null", "zero", "full", "random", "urandom", "dri", "kfd", "dxg", "accel"}
_BEGINNINGS = ("nvidia", "davinci")  # nvidia0, nvidiactl, nvidia-uvm, nvidia-caps


def harmless_devices() -> Iterator[str]:
    """Yield the paths of sources of zeros and random bytes, and of GPUs and other accelerators; not of terminals."""
    with os.scandir(DEVICES) as entries:
        yield from (each.path for each in entries if each.name in _NAMES or each.name.startswith(_BEGINNINGS))
