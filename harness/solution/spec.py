"""`hash(kind='dct', threshold=20)`: a solution and its parameters. Values are literals, nothing is evaluated."""

import ast
import re
import sys
from contextlib import redirect_stdout
from difflib import get_close_matches
from typing import Any, get_type_hints

from harness.errors import HarnessError, SolutionError
from harness.solution.base import Solution, parameters, solution_name
from harness.solution.search_space import Among, Range, range_of

_SPEC = re.compile(r"\s*(?P<name>.*\.py|[^()]+?)\s*(?:\((?P<arguments>.*)\))?\s*", re.DOTALL)


def split_spec(spec: str) -> tuple[str, dict[str, object]]:
    """Return name and arguments.

    >>> split_spec("hash(kind='dct', threshold=20)")
    ('hash', {'kind': 'dct', 'threshold': 20})
    """
    match = _SPEC.fullmatch(spec)
    if not match:
        raise SolutionError(f"{spec!r} names no solution; write name or name(parameter=value, …)")
    try:
        call = ast.parse(f"f({match['arguments'] or ''})", mode="eval").body
        arguments = _literals(call)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SolutionError(
            f"{spec!r}: parameters are written name=value with plain values; quote text: hash(kind='dct')"
        ) from None
    return match["name"], arguments


def _literals(call: ast.expr) -> dict[str, object]:
    if (
        not isinstance(call, ast.Call)
        or not isinstance(call.func, ast.Name)
        or call.args
        or any(not each.arg for each in call.keywords)
    ):
        raise ValueError
    return {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}


def configured(cls: type[Solution], arguments: dict[str, object]) -> Solution:
    """Return the solution with its parameters set and checked against their types."""
    name = solution_name(cls)
    hints = parameter_types(cls)
    names = [each.name for each in parameters(cls)]
    for argument, value in arguments.items():
        if argument not in names:
            raise SolutionError(f"{name} has no parameter {argument!r}; {nearest(argument, names)}")
        _require_type(name, argument, value, hints[argument])
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            return cls(**arguments)
    except (HarnessError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 (a plug-in may even exit)
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise SolutionError(f"{name}: {kind}{error}") from None


def _require_type(name: str, argument: str, value: object, hint: Any) -> None:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    try:
        TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True)).validate_python(value, strict=True)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise SolutionError(f"{name}: {argument}={value!r} is not allowed: {reason}") from None


def search_space(cls: type[Solution]) -> dict[str, Range]:
    """Return where each parameter is searched, in the order of the fields; those with one value or no range are not.

    Raises SolutionError for a range of values that the parameter's type does not allow.
    """
    hints = parameter_types(cls)
    found = {each.name: range_of(hints[each.name]) for each in parameters(cls)}
    for name, range_ in found.items():
        values = () if range_ is None else range_.values if isinstance(range_, Among) else (range_.low, range_.high)
        for value in values:
            try:
                _require_type(solution_name(cls), name, value, hints[name])
            except SolutionError as error:
                raise SolutionError(f"{error}; mend the range in its type") from None
    return {name: each for name, each in found.items() if each and not each.single}


def parameter_types(cls: type[Solution]) -> dict[str, Any]:
    """Return the type of each parameter."""
    try:
        return get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise SolutionError(
            f"{solution_name(cls)}: {error}, in the type of a parameter; import it where the module runs"
        ) from None


def nearest(name: str, names: list[str]) -> str:
    """Return a suggestion: the name that is most alike, or all there are."""
    close = get_close_matches(name, names, n=1, cutoff=0.4)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names) or 'none'}"
