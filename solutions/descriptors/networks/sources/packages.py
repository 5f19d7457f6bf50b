"""Versions of optional packages, without importing them."""

import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from harness import HarnessError


def installed_versions_of(*packages: str) -> Mapping[str, str]:
    """Return the versions of packages by name.

    Raises HarnessError, with the command that installs it, if one is missing.

    >>> list(installed_versions_of("numpy"))
    ['numpy']
    """
    return {package: _version(package) for package in packages}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        command = shlex.join([sys.executable, "-m", "pip", "install", package])
        raise HarnessError(f"needs {package}, which is not installed; install it with: {command}") from None
