"""Compare the dependencies of a finished run with what is there now."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from harness.digest_cache import DigestCache
from harness.running.dependencies.collect import forget_archives, module_file
from harness.running.dependencies.file_reads import file_stat, names_digest
from harness.running.dependencies.libraries import Library, current_library
from harness.running.dependencies.record import Dependencies, FileState
from harness.running.dependencies.settings import keras_configuration
from harness.running.dependencies.variable_reads import native_variables

_MISSING = "missing"
_NOT_SET = "not set"


@dataclass(frozen=True)
class Change:
    """Something that a run depends on and that is no longer the same, such as a file or the version of a library."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if _MISSING in (self.before, self.after):
            return f"{self.what} {'is new' if self.before == _MISSING else 'is missing'}"
        return f"{self.what} changed" + (f" from {self.before} to {self.after}" if self.before != self.after else "")


def changes(dependencies: Dependencies, digests: DigestCache) -> Iterator[Change]:
    """Yield what has changed since the run, in the current folder and environment of this process."""
    if dependencies.unknown:
        yield Change(dependencies.unknown, "", "")
        return
    forget_archives(dependencies.search_path)
    yield from _library_changes(dependencies, digests)
    yield from _module_changes(dependencies)
    yield from _setting_changes(dependencies)
    yield from _file_changes(dependencies, digests)
    for path, digest in dependencies.folders.items():
        if names_digest(path) != digest:
            yield Change(f"the list of files in {path}", "", "")


def _library_changes(dependencies: Dependencies, digests: DigestCache) -> Iterator[Change]:
    for library in dependencies.libraries:
        now = current_library(library, digests)
        if (now.name, now.version) != (library.name, library.version):
            yield Change(library.name, library.version or _MISSING, _version(library, now))
        elif now.content != library.content:
            yield Change(f"the code of {library.name}", "", "")


def _version(before: Library, now: Library) -> str:
    if not now.version:
        return _MISSING
    return now.version if now.name == before.name else f"{now.name} {now.version}"


def _module_changes(dependencies: Dependencies) -> Iterator[Change]:
    for name, folders in dependencies.absent.items():
        if module_file(name, folders or dependencies.search_path) is not None:
            yield Change(f"the module {name}", _MISSING, "")
    for name, file in dependencies.modules.items():
        now = module_file(name, dependencies.search_path)
        if now != file:
            yield Change(f"the module {name}", file, now or _MISSING)


def _setting_changes(dependencies: Dependencies) -> Iterator[Change]:
    before = dict(dependencies.variables)
    now = {name: os.environ.get(name) for name in {*before, *native_variables(os.environ)}}
    for name in sorted(now):
        if before.get(name) != now[name]:
            yield Change(name, _value(before.get(name)), _value(now[name]))
    if dependencies.settings:
        configuration = keras_configuration()
        for name, value in dependencies.settings.items():
            if configuration.get(name) != value:
                yield Change(name, value, configuration.get(name, _NOT_SET))


def _value(value: str | None) -> str:
    return _NOT_SET if value is None else repr(value[:60])


def _file_changes(dependencies: Dependencies, digests: DigestCache) -> Iterator[Change]:
    by_place = {os.path.abspath(path): (path, state) for path, state in dependencies.files.items()}
    for path, state in by_place.values():
        for place, must_exist in _places(path, dependencies):
            change = _file_change(place, state, digests)
            if change and (must_exist or change.after != _MISSING):
                yield change
                break


def _places(path: str, dependencies: Dependencies) -> Iterator[tuple[str, bool]]:
    """Yield where the same code would look for a file now, and whether it must be there.

    The code may have made the path from the current folder, or from the home directory, if these are others now.
    """
    yield path, True
    home = os.path.expanduser("~")
    for before, now, must_exist in ((dependencies.folder, os.getcwd(), False), (dependencies.home, home, True)):
        if before != now and len(before) > 1 and path.startswith(before + os.sep):
            yield now + path[len(before) :], must_exist


def _file_change(path: str, state: FileState, digests: DigestCache) -> Change | None:
    now = file_stat(path)
    if now is None:
        return Change(path, "", _MISSING) if state.digest else None
    if not state.digest:
        return Change(path, _MISSING, "")
    if now == state.stat or (digests.file(path, now) or "unreadable") == state.digest:
        return None
    return Change(path, "", "")
