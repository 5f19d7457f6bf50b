"""Whether code of a solution calls, or code that is installed or part of this project."""

import os
from collections.abc import Collection
from sysconfig import get_path
from types import FrameType

_PROJECT = os.path.dirname(__file__).removesuffix(os.path.join("harness", "running", "dependencies"))
_PACKAGES = "harness", "landmark", "leaderboard", "metrics", "solutions", "tools"
_OWN = tuple(os.path.join(_PROJECT, name, "") for name in _PACKAGES)
_LIBRARIES = (
    *_OWN,
    *(get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib")),
    "<frozen",
)  # fmt: skip
_SEARCHES = os.path.join("importlib", "metadata", "__init__.py"), os.sep + "pkgutil.py"


def is_package_search(frame: FrameType | None, passed: Collection[str]) -> bool:
    """Return whether the nearest caller outside of `passed` is code of this project, or looks for installed packages.

    Both list folders whose names cannot change a result, such as those of `sys.path` and of compiled kernels.
    """
    while frame and os.path.basename(frame.f_code.co_filename) in passed:
        frame = frame.f_back
    file = frame.f_code.co_filename if frame else ""
    return file.startswith(_OWN) or file.endswith(_SEARCHES)


def is_library_call(frame: FrameType | None, passed: Collection[str]) -> bool:
    """Return whether the nearest caller outside of files with the names `passed` is no code of a solution."""
    while frame and os.path.basename(frame.f_code.co_filename) in passed:
        frame = frame.f_back
    return frame is None or frame.f_code.co_filename.startswith(_LIBRARIES)
