"""Form fields made from the types of a solution's parameters, and the values that a form states."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SolutionError
from harness.solution.description import ParameterDescription, SolutionDescription
from harness.solution.plain_value import read_literal
from harness.solution.search_space import Among, Span
from leaderboard.safe_text import shorten

PREFIX = "p."  # of the names of parameters in forms
MAX_TEXT = 500  # characters of a value
_LITERAL = re.compile(r"(?:Optional\[)?Literal\[(.*?)\]\]?( \| None)?")
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ParameterField:
    """A field: `kind` is "checkbox", "select", "number" or "text"; `choices` are literals; `default` is one, or ""."""

    name: str
    kind: str
    value: str
    choices: Sequence[str] = ()
    suggestions: Sequence[str] = ()  # of a text or number, which takes other values too
    step: str = "any"
    hint: str = ""  # the comment beside the parameter, and the range of its search
    default: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the value is not the default."""
        return self.value != self.default


def parameter_fields(about: SolutionDescription, form: Fields, *, is_own: bool) -> list[ParameterField]:
    """Return the field of each parameter, with the values of the form if that is of this solution (`is_own`)."""
    return [_field(each, form, is_own=is_own) for each in about.parameters]


def _field(about: ParameterDescription, form: Fields, *, is_own: bool) -> ParameterField:
    kind, choices = _kind(about)
    default = _default_text(about)
    value = default
    if is_own:
        missing = "False" if kind == "checkbox" else default
        value = (form.get(PREFIX + about.name) or [missing])[0][:MAX_TEXT]
    span = f"search range: {about.range}" if isinstance(about.range, Span) else ""
    values = about.range.values if isinstance(about.range, Among) and kind in ("number", "text") else ()
    suggestions = [each if isinstance(each, str) else repr(each) for each in values if each is not None]
    step = "1" if about.type.startswith("int") else "any"
    hint = "; ".join(filter(None, [about.note, span]))
    return ParameterField(about.name, kind, value, choices, suggestions, step, hint, default)


def _kind(about: ParameterDescription) -> tuple[str, tuple[str, ...]]:
    if about.type == "bool":
        return "checkbox", ()
    if choices := _choices(about):
        return "select", choices
    return ("number" if about.type.partition(" |")[0] in ("int", "float") else "text"), ()


def _choices(about: ParameterDescription) -> tuple[str, ...]:
    """Return the values of an enumeration as literals; none for another type."""
    match = _LITERAL.fullmatch(about.type)
    if not match:
        return ()
    try:
        values = read_literal(f"({match[1]},)")
    except SolutionError:
        return tuple(map(repr, about.range.values)) if isinstance(about.range, Among) else ()
    assert isinstance(values, tuple)
    may_be_none = about.type.startswith("Optional") or about.type.endswith("| None")
    return tuple(map(repr, [*([None] if may_be_none else []), *values]))


def _default_text(about: ParameterDescription) -> str:
    """Return the default as it stands in the field: texts without quotes, nothing for None."""
    if about.default is None:
        return ""
    if about.type.startswith("str"):
        value = read_literal(about.default)
        return "" if value is None else str(value)
    return "" if about.default == "None" and not _choices(about) else about.default


def spec_of(about: SolutionDescription, fields: Sequence[ParameterField]) -> str:
    """Return the spec with the values that are not defaults; SolutionError for a value that is no plain value."""
    types = {each.name: each for each in about.parameters}
    changed = [each for each in fields if each.is_changed or (types[each.name].default is None and each.value)]
    arguments = [f"{each.name}={_literal(about, types[each.name], each)!r}" for each in changed]
    return f"{about.name}({', '.join(arguments)})" if arguments else about.name


def _literal(solution: SolutionDescription, about: ParameterDescription, field: ParameterField) -> object:
    """Return the value of a field; SolutionError if it is none of the choices, no literal, or names a file."""
    text, name = field.value, f"{solution.name}: {about.name}"
    if field.kind == "select" and text not in field.choices:
        raise SolutionError(f"{name}={shorten(text, 40)} is not allowed: choose one of {', '.join(field.choices)}")
    if not text.strip() and ("None" in about.type or about.type.startswith("Optional")):
        return None
    if about.type.startswith("str"):
        return _require_no_path(name, text)
    try:
        value = read_literal(text.strip())
    except SolutionError:
        raise SolutionError(f"{name}={shorten(text, 40)!r} is not allowed: {about.type} is expected") from None
    _require_no_path(name, text)
    return value


def _require_no_path(name: str, text: str) -> str:
    """Return a text that names neither a file nor a function of the user; SolutionError for another."""
    words = re.split(r"""[\s'"(),\[\]]+""", text)
    for word in filter(None, [*words, text]):
        is_path = word.startswith(("/", "~", ".", "\\")) or ".." in word or "\\" in word or _is_file(word)
        if is_path or _FUNCTION.fullmatch(word):
            raise SolutionError(f"{name}={shorten(text, 40)!r}: files and functions are named on the command line only")
    return text


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):
        return True
