"""The files that a parameter names: a file with what lies beside it, a folder, or the code of a function."""

import os
import re
import sys
from pathlib import Path

from harness.code_digest import imported_files

_FUNCTION = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_]\w*", re.ASCII)


def named_files(value: object) -> list[Path]:
    """Return the files that a value names, in a fixed order; [] if it names none.

    They are a file with those beside it whose names begin with its stem, such as the weights `model.bin` of
    `model.xml`; the files of a folder, also behind a prefix as in `hf:FOLDER`; or the code of `module:function`.
    """
    if not isinstance(value, str) or not value:
        return []
    if os.path.isfile(value):
        return _files(Path(value).parent, Path(value).stem)
    folder = value.partition(":")[2]
    if folder and os.path.isdir(folder):
        return _files(Path(folder), "")
    function = _FUNCTION.fullmatch(value)
    return _code(function[1]) if function else []


def _files(folder: Path, beginning: str) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.name.startswith(beginning) and file.is_file())


def _code(module: str) -> list[Path]:
    """Return the file of a module and those that it imports from its own package; [] if there is no such module."""
    path = sys.path.copy()
    sys.path.append(os.getcwd())  # as for the function itself, see `solutions.descriptors.networks.sources`
    try:
        return list(imported_files(module))
    except (ImportError, OSError, SyntaxError, ValueError):
        return []  # the run says why
    finally:
        sys.path[:] = path
