"""What made a result: Python and the libraries that landmark stands on."""

import platform
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version


@cache
def versions() -> dict[str, str]:
    """Return the version of Python, of landmark and of each library that it requires."""
    found = {"python": platform.python_version()}
    for requirement in ["landmark", *(requires("landmark") or [])]:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            found[name.lower()] = version(name)
        except PackageNotFoundError:
            continue  # an extra that is not installed
    return found
