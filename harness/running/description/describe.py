"""Describe a solution by importing it: plug-ins in a process of their own, built-in solutions in any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.errors import HarnessError, PluginError, SolutionError, error_text
from harness.solution.description import ConfiguredSolution, SolutionDescription
from harness.solution.inspection import describe_class, describe_configuration
from harness.solution.registry import RegisteredSolution

_MAX_MESSAGE = 1000  # characters

Described = SolutionDescription | ConfiguredSolution | SolutionError


def describe(solution: RegisteredSolution, specs: Sequence[str]) -> Iterator[Described]:
    """Yield the description of a solution's class, and of each spec, or the error in its place. The class is imported.

    An error of the class is the only item. A PluginError is a failure of its code; other errors are those of a spec.
    """
    try:
        cls = solution.load()
        about = describe_class(cls, solution.origin)
        yield about
    except BaseException as error:  # noqa: BLE001 (the code of a user may raise anything)
        yield PluginError(_message(solution, error))
        return
    for spec in specs:
        try:
            yield describe_configuration(spec, cls, about)
        except HarnessError as error:
            kind = PluginError if isinstance(error, PluginError) else SolutionError
            yield kind(_message(solution, error))
        except BaseException as error:  # noqa: BLE001
            yield PluginError(_message(solution, error))


def _message(solution: RegisteredSolution, error: BaseException) -> str:
    """Return the message of an error, with the origin of the solution unless the error is one of landmark."""
    text = error_text(error, _MAX_MESSAGE)
    if isinstance(error, HarnessError):
        return text.partition(": ")[2] or text
    return f"{solution.target}: cannot be described: {text}"
