"""The files that a parameter names: a file with what lies beside it, a folder, or the code of a function."""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path

from harness.code_digest import imported_files

_FUNCTION = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_]\w*", re.ASCII)


def named_files(value: object) -> list[Path]:
    """Return the files that a value names, in a fixed order; [] if it names none.

    They are a file with those beside it whose names begin with its stem, such as the weights `model.bin` of
    `model.xml`; a CSV table alone; the files of a folder, also behind a prefix as in `hf:FOLDER`; or the code of
    `module:function`.
    """
    if not isinstance(value, str) or not value:
        return []
    if os.path.isfile(value):
        file = Path(value)
        return [file] if ".csv" in file.suffixes else _files(file.parent, file.stem)
    folder = value.partition(":")[2]
    if folder and os.path.isdir(folder):
        return _files(Path(folder), "")
    function = _FUNCTION.fullmatch(value)
    return _code(function[1]) if function else []


def _files(folder: Path, beginning: str) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.name.startswith(beginning) and file.is_file())


def _code(module: str) -> list[Path]:
    """Return the file of a module and those that it imports from its own package; [] if there is no such module.

    Installed packages are not followed, because that would import them: `timm:NAME` names a model, not a function.
    """
    path = sys.path.copy()
    sys.path.append(os.getcwd())  # as for the function itself, see `solutions.descriptors.networks.sources`
    try:
        return [] if _is_installed(module.partition(".")[0]) else list(imported_files(module))
    except (ImportError, OSError, SyntaxError, ValueError):
        return []  # the run says why
    finally:
        sys.path[:] = path


def _is_installed(package: str) -> bool:
    """Return whether there is no such package, or it lies where packages are installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return True
    path = Path(spec.origin)
    return not {"site-packages", "dist-packages"}.isdisjoint(path.parts) or path.is_relative_to(get_path("stdlib"))
