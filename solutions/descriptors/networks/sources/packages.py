"""Versions of the optional packages that define models."""

from collections.abc import Mapping

from harness import HarnessError, install_command
from solutions.descriptors.networks.package_versions import package_version

EXTRA = "models"  # of this package, which installs them


def installed_versions_of(*packages: str) -> Mapping[str, str]:
    """Return the versions of packages by name, without importing them.

    Raises HarnessError, with the command that installs it, if one is missing.

    >>> list(installed_versions_of("numpy"))
    ['numpy']
    """
    versions = {package: package_version(package) for package in packages}
    missing = [package for package, number in versions.items() if number is None]
    if missing:
        raise HarnessError(f"needs {missing[0]}, which is not installed; install it with: {install_command(EXTRA)}")
    return {package: str(number) for package, number in versions.items()}
