"""Which of the files that a worker opened are code, belong to installed distributions, or are inputs of their own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import source_from_cache

from harness.running.dependencies.file_reads import Stat, file_stat
from harness.running.dependencies.libraries import library_folders
from harness.running.dependencies.run_places import RunPlaces

_METADATA = {"METADATA", "PKG-INFO"}
_INFORMATION = f".dist-info{os.sep}", f".egg-info{os.sep}"
_SYSTEM = "/usr/", "/lib/", "/lib64/", "/etc/", "/var/"


@dataclass(frozen=True)
class OpenedFiles:
    """Absolute paths of code and of files of distributions; inputs as the code named them, with their first states."""

    code: set[str] = field(default_factory=set)
    inputs: dict[str, Stat | None] = field(default_factory=dict)


def divide_files(
    opened: Mapping[str, Stat | None],
    native: Mapping[str, Stat | None],
    folder: str,
    search_path: list[str],
    places: RunPlaces,
) -> OpenedFiles:
    """Return what a worker opened in its current folder, without what the places of the run cover.

    Files of the system that libraries map into memory do not count, nor the compiled code beside a source file.
    """
    result, installed = OpenedFiles(), tuple(library_folders(search_path))
    mapped = {path: stat for path, stat in native.items() if not path.startswith(_SYSTEM)}
    for name, stat in (mapped | dict(opened)).items():
        path = os.path.abspath(os.path.join(folder, name))
        if path.endswith(".pyc"):
            path = _source(path)
            if places.is_input(path):
                result.code.add(path)
        elif places.is_input(path) and not os.path.isdir(path):
            if not path.startswith(installed):
                result.inputs[name] = stat
            elif stat is not None and _can_change(path):
                result.code.add(path)
    return result


def _source(path: str) -> str:
    """Return the source file of compiled code, or the compiled file itself if there is no source."""
    try:
        source = source_from_cache(path)
    except ValueError:
        return path
    return source if file_stat(source) else path


def _can_change(path: str) -> bool:
    """Return whether a file of a distribution says more than which distributions there are."""
    return not any(part in path for part in _INFORMATION) or os.path.basename(path) in _METADATA
