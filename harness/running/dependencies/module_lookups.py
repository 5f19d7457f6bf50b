"""The modules that this process imports, and those that it looked up and did not find."""

import os
import sys
from collections.abc import Sequence
from sysconfig import get_path
from types import ModuleType


class ModuleLookups:
    """The names of modules that were looked up, in an import or by `find_spec`."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def start(self) -> None:
        """Note each module that is looked up from now on."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:  # noqa: ARG002 (called by the import system)
        """Note the name, and let the other finders look for the module."""
        self.names.add(name)

    @property
    def absent(self) -> dict[str, list[str]]:
        """Return the modules that were looked up and are not imported, with the folders where they were looked for."""
        folders = {name: _folders(name) for name in sorted(self.names) if name not in sys.modules}
        return {name: places for name, places in folders.items() if places}


def top_level_files() -> dict[str, str]:
    """Return the file of each imported top-level module that is not in the standard library, by its name."""
    files = imported_files()
    found = {name: _file(module) for name, module in list(sys.modules.items()) if "." not in name}
    return {name: file for name, file in sorted(found.items()) if file in files and name != "__main__"}


def imported_files() -> set[str]:
    """Return the files of all imported modules but those of the standard library."""
    library = tuple(f"{get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib"))
    packages = tuple(f"{get_path(name)}{os.sep}" for name in ("purelib", "platlib"))  # they lie in the library
    files = {_file(module) for module in list(sys.modules.values())}
    return {file for file in files if file.startswith(packages) or not file.startswith(library)} - {""}


def _folders(name: str) -> list[str]:
    """Return the folders where a module is looked for; [] if its package is not imported."""
    package = name.rpartition(".")[0]
    try:
        places = sys.modules[package].__path__ if package else sys.path
        return [str(place) for place in places]
    except Exception:  # noqa: BLE001 (anything may lie in sys.modules)
        return []


def _file(module: ModuleType) -> str:
    """Return the path of a module's file as text; "" for a built-in module, and for what is none."""
    try:
        file = module.__spec__.origin if module.__spec__ and module.__spec__.has_location else module.__file__
    except Exception:  # noqa: BLE001 (anything may lie in sys.modules)
        return ""
    return file if isinstance(file, str) and os.path.isabs(file) else ""
