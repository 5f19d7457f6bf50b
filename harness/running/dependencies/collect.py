"""Add digests to what a worker has read, in the parent process: the dependencies of a finished run."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import PathFinder
from typing import Any

from harness.code_constants import files_in_code
from harness.digest_cache import DigestCache
from harness.running.dependencies.file_reads import Stat, file_stat
from harness.running.dependencies.json_file import read_json
from harness.running.dependencies.libraries import group_libraries
from harness.running.dependencies.opened_files import divide_files
from harness.running.dependencies.record import Dependencies, FileState, text_list, text_mapping
from harness.running.dependencies.recorder import READS
from harness.running.dependencies.run_places import RunPlaces
from harness.running.dependencies.settings import keras_configuration
from harness.running.dependencies.variable_reads import can_matter, native_variables

_MAX_PATHS = 100_000


class ChangedFileError(Exception):
    """A file changed while the run was reading it."""


def collect_dependencies(places: RunPlaces, digests: DigestCache) -> Dependencies:
    """Return the dependencies of the run in a folder; with a reason in `unknown` if they cannot be compared later."""
    try:
        return _collect(read_json(places.folder / READS), places, digests)
    except ChangedFileError as error:
        return Dependencies(unknown=str(error))
    except (KeyError, TypeError, ValueError, AttributeError):
        return Dependencies(unknown="what it read was not noted")


def interrupted_reads_hold(places: RunPlaces, digests: DigestCache) -> bool:
    """Return whether all that an interrupted run has read, as it noted with its last stored answers, is the same."""
    reads = read_json(places.folder / READS)
    try:
        dependencies = _collect(reads, places, digests)
        now = {name: os.environ.get(name) for name in reads["variables"] if can_matter(name)}
        are_same = all(now[name] == reads["variables"][name] for name in now)
    except (ChangedFileError, KeyError, TypeError, ValueError, AttributeError):
        return False
    is_configured = not reads["settings"] or keras_configuration() == reads["settings"]
    return are_same and is_configured and not dependencies.unknown


def _collect(reads: Any, places: RunPlaces, digests: DigestCache) -> Dependencies:
    folder, search_path, modules = str(reads["folder"]), text_list(reads["search_path"]), text_list(reads["modules"])
    opened, native = _states(reads["files"]), _states(reads["native"])
    if len(opened) + len(native) + len(modules) > _MAX_PATHS or not reads["complete"]:
        return Dependencies(unknown=f"it opened more than {_MAX_PATHS} files")
    if reads["unseen"]:
        return Dependencies(unknown="it reads by functions of C, which cannot be noted")
    forget_archives(search_path)
    divided = divide_files(opened, native, folder, search_path, places)
    code = divided.code | {_archive(path) for path in modules if places.is_input(path)}
    libraries, own = group_libraries(code, search_path, digests)
    _require_older(code, int(reads["started_ns"]))
    written = set(text_list(reads["written"]))
    inputs = {path: stat for path, stat in _named(own, places).items() if path not in written}
    inputs |= divided.inputs
    if reads["changed_folder"]:
        inputs = {os.path.join(folder, path): stat for path, stat in inputs.items()}
    return Dependencies(
        libraries=tuple(libraries),
        files={path: _file(path, folder, stat, digests) for path, stat in sorted(inputs.items())},
        folders=_folders(reads["folders"], folder, places),
        modules=_modules_in_search_path(text_mapping(reads["top_levels"]), search_path),
        absent=_absent_modules(reads["absent"], search_path),
        search_path=tuple(search_path),
        variables=_variables(reads["variables"]),
        settings=keras_configuration() if reads["settings"] else {},
        folder=folder,
        home=os.path.expanduser("~"),
    )


def _named(own: Iterable[str], places: RunPlaces) -> dict[str, Stat | None]:
    """Return code that belongs to no distribution, and the files that its texts and the variables name."""
    constants = {path for source in own for path in files_in_code(source)}
    variables = {value for name, value in os.environ.items() if can_matter(name) and os.path.isfile(value)}
    named = {os.path.abspath(path) for path in constants | variables}
    return {path: file_stat(path) for path in (*own, *filter(places.is_input, named))}


def _file(path: str, folder: str, stat: Stat | None, digests: DigestCache) -> FileState:
    """Return the state of a file as the run first saw it; ChangedFileError if it is another one now."""
    place = os.path.join(folder, path)
    now = file_stat(place)
    if now is None and stat is None:
        return FileState("")
    if stat not in (None, now):
        raise ChangedFileError(f"{path} changed while it was running")
    return FileState(digests.file(place, now) or "unreadable", now) if now else FileState("")


def _require_older(files: Iterable[str], started_ns: int) -> None:
    for path in files:
        stat = file_stat(path)
        if stat and stat[2] > started_ns:
            raise ChangedFileError(f"{path} changed while it was running")


def _archive(path: str) -> str:
    """Return the file itself, or the archive that holds it, such as a zip file on the search path."""
    archive = path
    while not os.path.exists(archive) and os.path.dirname(archive) != archive:
        archive = os.path.dirname(archive)
    return archive if os.path.isfile(archive) else path


def _folders(listed: Mapping[str, str], folder: str, places: RunPlaces) -> dict[str, str]:
    paths = {path: os.path.abspath(os.path.join(folder, path)) for path in listed}
    return {path: listed[path] for path, place in sorted(paths.items()) if places.is_input_folder(place)}


def _modules_in_search_path(files: Mapping[str, str], search_path: Sequence[str]) -> dict[str, str]:
    """Return the files of top-level modules that are found in the search path, without those loaded from elsewhere."""
    return {name: file for name, file in files.items() if module_file(name, search_path) == file}


def _absent_modules(absent: Mapping[str, Sequence[str]], search_path: Sequence[str]) -> dict[str, tuple[str, ...]]:
    places = {name: tuple(text_list(folders)) for name, folders in absent.items()}
    return {name: folders for name, folders in places.items() if module_file(name, folders or search_path) is None}


def module_file(name: str, folders: Sequence[str]) -> str | None:
    """Return where a module is found in folders, without importing anything; None if it is not there."""
    try:
        spec = PathFinder.find_spec(name, list(folders))
    except Exception:  # noqa: BLE001 (an archive may be damaged in many ways)
        return None
    return None if spec is None else spec.origin or ""


def forget_archives(search_path: Sequence[str]) -> None:
    """Make Python read the archives of a search path again, which it does once in a process."""
    for path in search_path:
        if not os.path.isdir(path):
            sys.path_importer_cache.pop(path, None)


def _variables(read: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the values of variables in this process; without those that the worker did not get."""
    names = {name for name in read if can_matter(name) and (read[name] is not None or name not in os.environ)}
    return {name: os.environ.get(name) for name in sorted(names | native_variables(os.environ))}


def _states(value: Mapping[str, Any]) -> dict[str, Stat | None]:
    return {path: None if stat is None else _stat(*stat) for path, stat in value.items() if path.isprintable()}


def _stat(size: int, mtime: int, ctime: int, inode: int) -> Stat:
    return int(size), int(mtime), int(ctime), int(inode)
