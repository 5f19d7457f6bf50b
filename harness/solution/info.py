"""What people are told of solutions: summaries, sources, parameters with types, defaults and units."""

import ast
import io
import tokenize
from dataclasses import MISSING
from pathlib import Path
from textwrap import dedent
from typing import Any

from harness.errors import HarnessError
from harness.solution.base import Solution, default_of, module_doc, parameters
from harness.solution.registry import known_solutions, load_class
from harness.solution.search_space import bare, range_of
from harness.solution.spec import parameter_types


def briefs(register: Path) -> list[dict[str, Any]]:
    """Return name, task, summary and origin of every solution; `error` says why one cannot be imported."""
    return [_brief(name, known.origin, register) for name, known in sorted(known_solutions(register).items())]


def portrait(name: str, register: Path) -> dict[str, Any]:
    """Return a solution's task, description (with its source), and parameters: name, type, default, note (units).

    `range` says where `landmark tune` searches, None for nowhere; a Literal and a bool say it by their type.
    """
    cls = load_class(name, register)
    known = known_solutions(register).get(name)
    hints = parameter_types(cls)
    notes = _notes(cls)
    described = [
        {
            "name": each.name,
            "type": _type_name(bare(hints[each.name])),
            "default": "needed" if default_of(each) is MISSING else repr(default_of(each)),
            "range": _range(hints[each.name]),
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
            notes |= _comments(dedent(inspect.getsource(base)))
    return notes


def _comments(source: str) -> dict[str, str]:
    """Return the comment behind each field of a class, on whichever of its lines a formatter has put it."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    at = {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}
    (cls,) = ast.parse(source).body
    fields = [node for node in cls.body if isinstance(node, ast.AnnAssign)] if isinstance(cls, ast.ClassDef) else []
    lines = {ast.unparse(node.target): range(node.lineno, (node.end_lineno or 0) + 1) for node in fields}
    return {name: " ".join(at[line] for line in within if line in at) for name, within in lines.items()}


def _range(hint: Any) -> str | None:
    found = range_of(hint)
    return None if found is None or found.single else str(found)


def _type_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
