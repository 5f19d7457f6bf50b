"""Specs such as `hash(kind='dct', threshold=20)`: a solution and its parameters, literals that are never evaluated."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from difflib import get_close_matches
from itertools import islice
from typing import Any, get_type_hints

from harness.errors import HarnessError, PluginError, SolutionError, error_text
from harness.solution.base import Solution, needed_parameters, parameters, solution_name
from harness.solution.plain_value import is_plain
from harness.solution.search_space import Among, Range, range_of
from leaderboard.safe_text import shorten

_MAX_LENGTH = 100_000  # characters of a spec
_MAX_SPLITS = 50  # of a path with `.py` and a parenthesis in the names of folders
_SURROGATE = re.compile("[\ud800-\udfff]")  # as in the name of a file that is not UTF-8
_AFTER_PATH = re.compile(r"\.py\s*(?=\()")


def split_spec(spec: str) -> tuple[str, dict[str, object]]:
    """Return the name and the arguments of a spec; raise SolutionError if it is not one.

    Values without a name have the keys "0", "1", …; see `name_arguments`.

    >>> split_spec("hash(kind='dct', threshold=20)"), split_spec("embeddings('mine', expansion=5)")
    (('hash', {'kind': 'dct', 'threshold': 20}), ('embeddings', {'0': 'mine', 'expansion': 5}))
    """
    if len(spec) > _MAX_LENGTH:
        raise SolutionError(f"{spec[:40]!r}…: has {len(spec)} characters; a solution is named by {_MAX_LENGTH} at most")
    text = spec.strip()
    splits = list(islice(_splits(text), _MAX_SPLITS))
    if not splits:
        raise SolutionError(f"{shorten(spec)!r} names no solution; write name or name(parameter=value, …)")
    for name, arguments in splits:
        call = _parse_call(arguments)
        if call is not None:
            return name, _literals(call, spec)
    raise _wrong_form(spec)


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the arguments for each way to read a spec; folders may have parentheses in their names."""
    if text.endswith(")"):
        name, _, _ = text.partition("(")
        ends = [(match.start() + len(".py"), match.end()) for match in _AFTER_PATH.finditer(text)]
        ends = ends or ([(len(name.rstrip()), len(name))] if name.strip() and ")" not in name else [])
        yield from ((text[:end], text[start + 1 : -1]) for end, start in ends)
    elif text.endswith(".py") or (text and not {"(", ")"} & set(text)):
        yield text, ""


def _parse_call(arguments: str) -> ast.Call | None:
    """Return the call of some arguments; None if the text is not what may stand between parentheses."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes in a text
            call = ast.parse(f"f({_SURROGATE.sub(_escaped, arguments)})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return call if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _literals(call: ast.Call, spec: str) -> dict[str, object]:
    """Return the values of a call by the names of the parameters; SolutionError for values that are not plain."""
    named = [*((str(number), value) for number, value in enumerate(call.args))]
    named += [(each.arg or "", each.value) for each in call.keywords]
    values: dict[str, object] = {}
    for key, node in named:
        if not key:  # **{…}
            raise _wrong_form(spec)
        if key in values:
            raise SolutionError(f"{shorten(spec)!r}: {shorten(key)!r} is given twice")
        values[key] = _literal(node, spec)
    return values


def _literal(node: ast.expr, spec: str) -> object:
    try:
        value = ast.literal_eval(node)
        repr(value)  # ValueError for an integer too long to be written in digits
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):  # TypeError: of a list as key
        raise _wrong_form(spec) from None
    if not is_plain(value):
        what = "plain values are numbers, texts, None, and tuples, lists or dictionaries of them"
        raise SolutionError(f"{shorten(spec)!r}: {shorten(repr(value), 80)} is no plain value; {what}")
    return value


def _wrong_form(spec: str) -> SolutionError:
    return SolutionError(
        f"{shorten(spec)!r}: parameters are written name=value with plain values; quote text: hash(kind='dct')"
    )


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
    """Return the solution with these parameters; raise SolutionError for an unknown name or a value of another type.

    Raises PluginError if its code raises anything but ValueError, which says that a value is wrong.
    """
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
        kind = SolutionError if isinstance(error, ValueError) else PluginError
        raise kind(f"{name}: {error_text(error).removeprefix('ValueError: ')}") from None


def _placeholder(parameter: str) -> str:
    return f"{parameter}=…"


def _require_type(name: str, argument: str, value: object, hint: Any) -> None:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    text = _SURROGATE.sub("?", value) if isinstance(value, str) else value  # which pydantic refuses in any text
    try:
        TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True)).validate_python(text, strict=True)
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
