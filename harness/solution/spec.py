"""Specs such as `hash(kind='dct', threshold=20)`: a solution and its parameters, literals that are never evaluated."""

import ast
import re
import sys
from contextlib import redirect_stdout
from difflib import get_close_matches
from typing import Any, get_type_hints

from harness.errors import HarnessError, SolutionError
from harness.solution.base import Solution, needed_parameters, parameters, solution_name
from harness.solution.search_space import Among, Range, range_of
from leaderboard.safe_text import shorten

_SPEC = re.compile(r"\s*(?P<name>.*\.py|[^()]+?)\s*(?:\((?P<arguments>.*)\))?\s*", re.DOTALL)


def split_spec(spec: str) -> tuple[str, dict[str, object]]:
    """Return the name and the arguments of a spec; raise SolutionError if it is not one.

    Values without a name have the keys "0", "1", …; see `name_arguments`.

    >>> split_spec("hash(kind='dct', threshold=20)"), split_spec("embeddings('mine', expansion=5)")
    (('hash', {'kind': 'dct', 'threshold': 20}), ('embeddings', {'0': 'mine', 'expansion': 5}))
    """
    match = _SPEC.fullmatch(spec)
    if not match:
        raise SolutionError(f"{shorten(spec)!r} names no solution; write name or name(parameter=value, …)")
    try:
        call = ast.parse(f"f({match['arguments'] or ''})", mode="eval").body
        arguments = _literals(call)
        repr(arguments)  # ValueError for an integer too long to be written in digits
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SolutionError(
            f"{shorten(spec)!r}: parameters are written name=value with plain values; quote text: hash(kind='dct')"
        ) from None
    return match["name"], arguments


def _literals(call: ast.expr) -> dict[str, object]:
    if (
        not isinstance(call, ast.Call)
        or not isinstance(call.func, ast.Name)
        or any(isinstance(each, ast.Starred) for each in call.args)
        or any(not each.arg for each in call.keywords)
    ):
        raise ValueError
    positional = {str(number): ast.literal_eval(value) for number, value in enumerate(call.args)}
    return positional | {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}


def name_arguments(cls: type[Solution], arguments: dict[str, object]) -> dict[str, object]:
    """Return the arguments of `split_spec` by name: values without one are of the parameters without a default.

    Raises SolutionError for more such values, and for a parameter given twice.
    """
    name, needed = solution_name(cls), needed_parameters(cls)
    named: dict[str, object] = {}
    for key, value in arguments.items():
        if key.isdecimal() and int(key) >= len(needed):
            raise SolutionError(f"{name}: the value {value!r:.40} has no name; parameters are written name=value")
        parameter = needed[int(key)] if key.isdecimal() else key
        if parameter in named:
            raise SolutionError(f"{name}: {shorten(parameter)!r} is given twice")
        named[parameter] = value
    return named


def configure(cls: type[Solution], arguments: dict[str, object]) -> Solution:
    """Return the solution with these parameters; raise SolutionError for an unknown name or a value of another type."""
    name = solution_name(cls)
    hints = parameter_types(cls)
    names = [each.name for each in parameters(cls)]
    arguments = name_arguments(cls, arguments)
    for argument, value in arguments.items():
        if argument not in names:
            raise SolutionError(f"{name} has no parameter {shorten(argument)!r}; {suggest_name(argument, names)}")
        _require_type(name, argument, value, hints[argument])
    missing = [each for each in needed_parameters(cls) if each not in arguments]
    if missing:
        raise SolutionError(
            f"{name} needs {' and '.join(missing)}: write {name}({', '.join(map(_placeholder, missing))})"
        )
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            return cls(**arguments)
    except (HarnessError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 (a plug-in may call sys.exit)
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise SolutionError(f"{name}: {kind}{error}") from None


def _placeholder(parameter: str) -> str:
    return f"{parameter}=…"


def _require_type(name: str, argument: str, value: object, hint: Any) -> None:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    try:
        TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True)).validate_python(value, strict=True)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise SolutionError(f"{name}: {argument}={shorten(repr(value))} is not allowed: {reason}") from None


def search_space(cls: type[Solution]) -> dict[str, Range]:
    """Return the search range of each parameter that has one with several values, in the order of the fields.

    Raises SolutionError if a range contains a value that the parameter's type does not allow.
    """
    hints = parameter_types(cls)
    ranges = {each.name: range_of(hints[each.name]) for each in parameters(cls)}
    for name, range_ in ranges.items():
        values = () if range_ is None else range_.values if isinstance(range_, Among) else (range_.low, range_.high)
        for value in values:
            try:
                _require_type(solution_name(cls), name, value, hints[name])
            except SolutionError as error:
                raise SolutionError(f"{error}; correct the range in its annotation") from None
    return {name: each for name, each in ranges.items() if each and not each.single}


def parameter_types(cls: type[Solution]) -> dict[str, Any]:
    """Return the type of each parameter; raise SolutionError if an annotation cannot be resolved."""
    try:
        return get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise SolutionError(
            f"{solution_name(cls)}: {error}, in the type of a parameter; import it outside `if TYPE_CHECKING`"
        ) from None


def suggest_name(name: str, names: list[str]) -> str:
    """Return a suggestion: the most similar of the names, or all of them."""
    close = get_close_matches(name, names, n=1, cutoff=0.4)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names) or 'none'}"
