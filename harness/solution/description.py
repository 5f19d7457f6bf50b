"""What the harness knows of a solution without importing it: plain values that a process of its own has computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import SolutionError
from harness.solution.ablation_step import Step
from harness.solution.search_space import Range
from metrics import Task

BUILT_IN = "built in"  # the origin of the solutions of this project


@dataclass(frozen=True)
class ParameterDescription:
    """A parameter: its type and default as text, the range of its search, and the comment beside it.

    `default` is None for a parameter that needs a value.
    """

    name: str
    type: str
    default: str | None
    range: Range | None = None
    note: str = ""


@dataclass(frozen=True)
class SolutionDescription:
    """A solution's class.

    `overrides` names the methods of `Solution` that it replaces, of those that planning calls. `range_error` says what
    is wrong with its search ranges, "" if nothing. `files` hold the code of a plug-in, `code` is their digest.
    """

    name: str  # of its file
    origin: str  # BUILT_IN, the path of a file, or the name of a distribution
    task: Task
    doc: str
    parameters: tuple[ParameterDescription, ...]
    modules: tuple[str, ...] = ()
    needs_labels: bool = False
    steps: tuple[Step, ...] = ()
    overrides: tuple[str, ...] = ()
    range_error: str = ""
    files: tuple[str, ...] = ()
    code: str = ""

    @property
    def summary(self) -> str:
        """Return the first line of the docstring."""
        return (self.doc.splitlines() or [""])[0]

    @property
    def needed_parameters(self) -> list[str]:
        """Return the names of the parameters without a default, in their order."""
        return [each.name for each in self.parameters if each.default is None]

    def search_space(self) -> dict[str, Range]:
        """Return the range of each parameter that has one with several values; SolutionError for a wrong range."""
        if self.range_error:
            raise SolutionError(self.range_error)
        return {each.name: each.range for each in self.parameters if each.range and not each.range.single}


@dataclass(frozen=True)
class ConfiguredSolution:
    """A solution with the parameters of a spec.

    `identity` is the spec in its canonical form. `arguments` are the values that the spec states, by name, and `values`
    those of all parameters that are plain values. `fault` says what `check_parameters` objects to, "" if nothing.
    """

    spec: str
    solution: SolutionDescription
    identity: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    fixed_parameters: tuple[str, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        """Return the name of the solution."""
        return self.solution.name

    @property
    def task(self) -> Task:
        """Return the task of the solution."""
        return self.solution.task
