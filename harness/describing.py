"""What people are told of solutions: summaries, sources, parameters with types, defaults and units."""

import io
import tokenize
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.plugins import known_solutions, load_class
from harness.solution import Solution, default_of, module_doc, parameters
from harness.specs import parameter_types


def briefs(register: Path) -> list[dict[str, Any]]:
    """Return name, task, summary and origin of every solution; `error` says why one cannot be imported."""
    return [_brief(name, known.origin, register) for name, known in sorted(known_solutions(register).items())]


def portrait(name: str, register: Path) -> dict[str, Any]:
    """Return a solution's task, description (with its source), and parameters: name, type, default, note (units)."""
    cls = load_class(name, register)
    known = known_solutions(register).get(name)
    hints = parameter_types(cls)
    notes = _notes(cls)
    described = [
        {
            "name": each.name,
            "type": _type_name(hints[each.name]),
            "default": "needed" if default_of(each) is MISSING else repr(default_of(each)),
            "note": notes.get(each.name, ""),
        }
        for each in parameters(cls)
    ]
    origin = known.origin if known else name
    return {"name": name, "task": cls.task, "origin": origin, "description": module_doc(cls), "parameters": described}


def _brief(name: str, origin: str, register: Path) -> dict[str, Any]:
    brief = {"name": name, "task": None, "summary": None, "origin": origin, "error": None}
    try:
        cls = load_class(name, register)
    except HarnessError as error:
        return brief | {"error": str(error)}
    return brief | {"task": cls.task, "summary": (module_doc(cls).splitlines() or [""])[0]}


def _notes(cls: type[Solution]) -> dict[str, str]:
    """Return the comment behind each field, in the order of inheritance."""
    import inspect

    notes: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if "__annotations__" in vars(base) and issubclass(base, Solution):
            notes |= _comments(inspect.getsource(base))
    return notes


def _comments(source: str) -> dict[str, str]:
    """Return the first word of each line that ends in a comment, with the comment."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and ":" in token.line:
            found[token.line.strip().partition(":")[0]] = token.string.lstrip("# ").strip()
    return found


def _type_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
