"""The device that networks and searches compute on: the CPU, or a CUDA GPU of this machine.

LANDMARK_DEVICE names it: auto (a GPU if there is one that the installed libraries can use), cpu, cuda:0, cuda:1, …
`--device` sets the variable, and the processes of runs inherit it. Other GPUs are hidden from libraries that are loaded
later, so the chosen one is their first.
"""

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from threading import Lock

from harness.errors import HarnessError

VARIABLE = "LANDMARK_DEVICE"
AUTO, CPU = "auto", "cpu"
_VISIBLE = "CUDA_VISIBLE_DEVICES"
_TIMEOUT_S = 60
_PROGRAM = """
import ctypes
driver = ctypes.CDLL({library!r})
count, name = ctypes.c_int(), ctypes.create_string_buffer(256)
if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
    for number in range(count.value):
        driver.cuDeviceGetName(name, 256, number)
        print(name.value.decode("ascii", "replace"))
"""
_CHOICES: set[str] = set()
_LOCK = Lock()


def set_device(name: str | None) -> None:
    """Set the device of this process and of those that it starts; None leaves it as it is.

    Raises HarnessError for a device that does not exist, also if LANDMARK_DEVICE names it.
    """
    _resolve(name or _setting())
    if name is not None:
        os.environ[VARIABLE] = name


def planned_device() -> str:
    """Return `cpu` or `cuda:0`, …: the device that LANDMARK_DEVICE names, for auto the first GPU if there is one.

    Raises HarnessError for a device that does not exist.
    """
    return _resolve(_setting())


def _resolve(name: str) -> str:
    if name == CPU:
        return CPU
    match = re.fullmatch(r"cuda(?::(\d{1,3}))?", name)
    if not match and name != AUTO:
        raise HarnessError(f"{name!r:.40} is not a device; set --device or {VARIABLE} to auto, cpu or cuda:0")
    number, names = int(match[1] or 0) if match else 0, cuda_devices()
    if match and number >= len(names):
        raise HarnessError(f"cuda:{number}: no such device; {_devices_text(names)}")
    return f"cuda:{number}" if names else CPU


def choose_device(can_use_gpu: Callable[[], bool], remedy: str) -> str:
    """Return the device of one kind of computation, and record it for `device_report`.

    `can_use_gpu` says whether an installed library computes on a GPU; it is called only if a GPU is planned. If it
    returns False, auto becomes `cpu`, and for a named GPU HarnessError is raised with the `remedy`.
    """
    device = planned_device()
    with _LOCK:
        _hide_other_gpus(device)
    if device != CPU and not can_use_gpu():
        if _setting() != AUTO:
            raise HarnessError(f"{device}: {remedy}")
        device = CPU
    _CHOICES.add(device)
    return device


def device_name(device: str) -> str:
    """Return the name of the model of a GPU such as `cuda:0`; `cpu` for the CPU."""
    return CPU if device == CPU else cuda_devices()[int(device.partition(":")[2])]


def device_report() -> str:
    """Return the devices that `choose_device` returned in this process; `cpu` if there was none."""
    gpus = sorted(_CHOICES - {CPU})
    return ", ".join(f"{gpu} ({device_name(gpu)})" for gpu in gpus) or CPU


@cache
def cuda_devices() -> tuple[str, ...]:
    """Return the names of the CUDA GPUs that this process may use, in the order of CUDA; () without a driver.

    The driver is asked in a process of its own, because it reads CUDA_VISIBLE_DEVICES only once.
    """
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(library)
        command = [sys.executable, "-I", "-S", "-c", _PROGRAM.format(library=library)]
        listed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(listed.stdout.splitlines())


def _setting() -> str:
    return os.environ.get(VARIABLE) or AUTO


def _devices_text(names: tuple[str, ...]) -> str:
    if not names:
        return "this machine has no CUDA GPU that can be used; choose --device cpu"
    return "there are " + ", ".join(f"cuda:{number} ({name})" for number, name in enumerate(names))


@cache  # the variable is relative to its own value before
def _hide_other_gpus(device: str) -> None:
    """Hide all GPUs but one from libraries that are loaded later; auto hides none if there is none."""
    if device != CPU:
        number, visible = int(device.partition(":")[2]), os.environ.get(_VISIBLE)
        os.environ[_VISIBLE] = visible.split(",")[number].strip() if visible else str(number)
    elif _setting() == CPU:
        os.environ |= {_VISIBLE: "-1", "JAX_PLATFORMS": CPU}
