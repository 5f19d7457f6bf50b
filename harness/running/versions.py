"""Versions of Python and of the installed distributions that landmark requires."""

import platform
import re
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version

from harness.device import CPU, device_report


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python, of landmark and of its requirements; those of extras are left out."""
    result = {"python": platform.python_version()}
    for requirement in ["landmark", *(requires("landmark") or [])]:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        if "extra ==" not in requirement:
            with suppress(PackageNotFoundError):  # one that only other platforms need
                result[name.lower()] = version(name)
    return result


def run_versions() -> dict[str, str]:
    """Return `versions`, and as `device` the GPUs that this process has computed on, if any."""
    device = device_report()
    return versions() | ({} if device == CPU else {"device": device})
