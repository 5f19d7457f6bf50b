"""What made a result: Python and the libraries that landmark stands on."""

import platform
import re
from functools import cache
from importlib.metadata import requires, version


@cache
def versions() -> dict[str, str]:
    """Return the version of Python, of landmark and of each library that it requires; extras make no result."""
    found = {"python": platform.python_version()}
    for requirement in ["landmark", *(requires("landmark") or [])]:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        if "extra ==" not in requirement:
            found[name.lower()] = version(name)
    return found
