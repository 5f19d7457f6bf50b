"""Information about solutions for people: summaries, sources, parameters with types, defaults and units."""

import ast
import io
import tokenize
from dataclasses import MISSING
from pathlib import Path
from textwrap import dedent
from typing import Any

from harness.errors import HarnessError
from harness.solution.base import Solution, default_of, module_doc, parameters
from harness.solution.registry import available_solutions, load_class
from harness.solution.search_space import range_of, without_annotation
from harness.solution.spec import parameter_types


def summarise_solutions(register: Path) -> list[dict[str, Any]]:
    """Return name, task, summary, origin and names of ablation steps of every solution.

    `error` is the reason if it cannot be imported.
    """
    return [_summary(name, each.origin, register) for name, each in sorted(available_solutions(register).items())]


def describe_solution(name: str, register: Path) -> dict[str, Any]:
    """Return a solution's task, description (with its source), and parameters: name, type, default, note (units).

    `range` is the range that `landmark tune` searches, None if there is none. `steps` names the ablation steps.
    """
    cls = load_class(name, register)
    registered = available_solutions(register).get(name)
    hints = parameter_types(cls)
    notes = _notes(cls)
    rows = [
        {
            "name": each.name,
            "type": _type_name(without_annotation(hints[each.name])),
            "default": "needed" if default_of(each) is MISSING else repr(default_of(each)),
            "range": _range(hints[each.name]),
            "note": notes.get(each.name, ""),
        }
        for each in parameters(cls)
    ]
    origin = registered.origin if registered else name
    steps = [step.name for step in cls.ablation_steps]
    about = {"name": name, "task": cls.task, "origin": origin, "description": module_doc(cls)}
    return about | {"parameters": rows, "steps": steps}


def _summary(name: str, origin: str, register: Path) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "name": name,
        "task": None,
        "summary": None,
        "origin": origin,
        "error": None,
        "steps": [],
    }
    try:
        cls = load_class(name, register)
    except HarnessError as error:
        return summary | {"error": str(error)}
    steps = [step.name for step in cls.ablation_steps]
    return summary | {"task": cls.task, "summary": (module_doc(cls).splitlines() or [""])[0], "steps": steps}


def _notes(cls: type[Solution]) -> dict[str, str]:
    """Return the comment after each field, those of base classes first."""
    import inspect

    notes: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if "__annotations__" in vars(base) and issubclass(base, Solution):
            notes |= _comments(dedent(inspect.getsource(base)))
    return notes


def _comments(source: str) -> dict[str, str]:
    """Return the comment of each field of a class, on any of the lines that the field spans."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    at = {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}
    (cls,) = ast.parse(source).body
    fields = [node for node in cls.body if isinstance(node, ast.AnnAssign)] if isinstance(cls, ast.ClassDef) else []
    lines = {ast.unparse(node.target): range(node.lineno, (node.end_lineno or 0) + 1) for node in fields}
    return {name: " ".join(at[line] for line in within if line in at) for name, within in lines.items()}


def _range(hint: Any) -> str | None:
    range_ = range_of(hint)
    return None if range_ is None or range_.single else str(range_)


def _type_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
