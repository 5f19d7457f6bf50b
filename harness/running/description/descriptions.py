"""Descriptions of solutions by name and by spec; plug-ins are imported in processes of their own only.

A built-in solution is imported here, unless a parameter names a function of the user, as in `kind='module:function'`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from harness.errors import PluginError, SolutionError
from harness.running.description.describe import Described, describe
from harness.running.description.plugin import Place, describe_plugin
from harness.running.description.plugin_process import LIMITS
from harness.sandbox.policy import Mode
from harness.solution.description import ConfiguredSolution, SolutionDescription
from harness.solution.registry import RegisteredSolution, available_solutions, find_solution
from harness.solution.spec import split_spec
from harness.supervision.process_end import ProcessLimits

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)
_AT_ONCE = 8  # processes
_REMEMBERED_S = 5.0  # so that a command does not wait twice for a plug-in that hangs
_CLASS = ""  # in place of a spec


class _Key(NamedTuple):
    solution: RegisteredSolution
    spec: str


class _Failure(NamedTuple):
    """Why a plug-in has no description, the state of its file, and when that was, as of `time.monotonic()`."""

    error: PluginError
    file: tuple[int, ...] | None
    at: float

    def is_current(self, solution: RegisteredSolution) -> bool:
        """Return whether it is recent, and the file has not changed."""
        is_recent = time.monotonic() < self.at + _REMEMBERED_S
        return is_recent and self.file == _file_stat(Path(solution.target))


_Stat = tuple[tuple[int, ...] | None, ...]
_KNOWN: dict[tuple[Place, _Key], tuple[_Stat, ConfiguredSolution | SolutionDescription]] = {}  # of plug-ins
_FAILED: dict[_Key, _Failure] = {}


class SolutionDescriptions:
    """Describes solutions, each once; `register` lists the registered files, `limits` hold for each process.

    A plug-in cannot read the tables of the `competition`, a folder, except those that its parameters name.
    """

    def __init__(
        self,
        register: Path | None = None,
        competition: Path | None = None,
        limits: ProcessLimits = LIMITS,
        sandbox: Mode = "auto",
    ) -> None:
        self._register, self.limits, self.sandbox = register, limits, sandbox
        self._place = Place(None if register is None else register.parent, competition, sandbox)
        self._described: dict[_Key, Described] = {}

    def solution(self, name: str) -> SolutionDescription:
        """Return the description of the solution with a name or in a file; SolutionError if it cannot be described."""
        key = _Key(find_solution(name, self._register), _CLASS)
        self._describe([key])
        about = _raise_error(self._find(key))
        return about.solution if isinstance(about, ConfiguredSolution) else about

    def configured(self, spec: str) -> ConfiguredSolution:
        """Return the description of a spec; SolutionError if it is wrong or cannot be described."""
        return self.several([spec])[0]

    def several(self, specs: Sequence[str]) -> list[ConfiguredSolution]:
        """Return the descriptions of specs; the SolutionError of the first that is wrong or cannot be described."""
        described = self.attempt(specs)
        for each in described:
            if isinstance(each, SolutionError):
                raise each
        return [each for each in described if isinstance(each, ConfiguredSolution)]

    def attempt(self, specs: Sequence[str]) -> list[ConfiguredSolution | SolutionError]:
        """Return the description of each spec, or the error in its place."""
        found = [self._key(spec) for spec in specs]
        self._describe(each for each in found if isinstance(each, _Key))
        described = [self._find(each) if isinstance(each, _Key) else each for each in found]
        return [each for each in described if isinstance(each, ConfiguredSolution | SolutionError)]

    def _key(self, spec: str) -> _Key | SolutionError:
        try:
            return _Key(find_solution(split_spec(spec)[0], self._register), spec)
        except SolutionError as error:
            return error

    def all(self) -> dict[RegisteredSolution, SolutionDescription | SolutionError]:
        """Return every solution with its description, or the reason why it has none, in the order of their names."""
        keys = [_Key(each, _CLASS) for _, each in sorted(available_solutions(self._register).items())]
        self._describe(keys)
        described = {key.solution: self._described[key] for key in keys}
        return {key: each for key, each in described.items() if not isinstance(each, ConfiguredSolution)}

    def _describe(self, keys: Iterable[_Key]) -> None:
        """Describe what is not described yet: each plug-in in a process of its own, several at a time."""
        missing: dict[tuple[RegisteredSolution, bool], list[str]] = {}
        for key in dict.fromkeys(keys):
            if self._find(key) is None and not self._recall(key):
                missing.setdefault((key.solution, is_trusted(*key)), []).append(key.spec)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            plugins = [
                pool.submit(self._describe_plugin, solution, specs)
                for (solution, trusted), specs in missing.items()
                if not trusted
            ]
            for (solution, trusted), specs in missing.items():
                if trusted:
                    self._note(solution, specs, [*describe(solution, list(filter(None, specs)))])
            for each in plugins:
                each.result()

    def _find(self, key: _Key) -> Described | None:
        """Return what is described already; an error of the class is that of every spec."""
        about = self._described.get(_Key(key.solution, _CLASS))
        return about if isinstance(about, SolutionError) else self._described.get(key)

    def _recall(self, key: _Key) -> bool:
        """Take over what this process has described before, unless a file of the code has changed."""
        for each in (_Key(key.solution, _CLASS), key):
            failure = _FAILED.get(each)
            if failure is not None and failure.is_current(key.solution):
                self._described[each] = failure.error
                return True
        known = _KNOWN.get((self._place, key))
        if known is None or known[0] != _stat(known[1]):
            return False
        self._described[key] = known[1]
        return True

    def _describe_plugin(self, solution: RegisteredSolution, specs: Sequence[str]) -> None:
        self._note(solution, specs, describe_plugin(solution, list(filter(None, specs)), self.limits, self._place))

    def _note(self, solution: RegisteredSolution, specs: Sequence[str], described: Sequence[Described]) -> None:
        for spec, result in zip([_CLASS, *filter(None, specs)], described, strict=False):
            key = _Key(solution, spec)
            self._described[key] = result
            if isinstance(result, PluginError):
                _FAILED[key] = _Failure(result, _file_stat(Path(solution.target)), time.monotonic())
            if not isinstance(result, SolutionError) and not solution.is_built_in:
                _KNOWN[self._place, key] = _stat(result), result


def _raise_error(described: Described | None) -> SolutionDescription | ConfiguredSolution:
    if isinstance(described, SolutionError):
        raise type(described)(str(described))
    if described is None:
        raise SolutionError("is not described")
    return described


def is_trusted(solution: RegisteredSolution, spec: str) -> bool:
    """Return whether the solution may be imported here: it is built in, and its values name no function of the user."""
    if not solution.is_built_in or spec == _CLASS:
        return solution.is_built_in
    return not any(isinstance(each, str) and _FUNCTION.fullmatch(each) for each in split_spec(spec)[1].values())


def _stat(described: SolutionDescription | ConfiguredSolution) -> _Stat:
    """Return what changes when a file of a plug-in's code changes, or a file is added beside it."""
    about = described.solution if isinstance(described, ConfiguredSolution) else described
    paths = dict.fromkeys(path for file in about.files for path in (Path(file), Path(file).parent))
    return tuple(map(_file_stat, paths))


def _file_stat(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
