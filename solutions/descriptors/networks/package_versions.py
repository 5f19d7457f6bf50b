"""Versions of installed packages, read once in a process."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def package_version(package: str) -> str | None:
    """Return the version of an installed package, without importing it; None if it is not installed.

    >>> package_version("no-such-package") is None
    True
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return None
