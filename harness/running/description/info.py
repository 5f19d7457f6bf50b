"""Information about solutions for people: summaries, sources, parameters with types, defaults and units."""

from pathlib import Path
from typing import Any

from harness.errors import SolutionError
from harness.running.description.descriptions import SolutionDescriptions
from harness.solution.description import ParameterDescription, SolutionDescription


def summarise_solutions(register: Path) -> list[dict[str, Any]]:
    """Return name, task, summary, origin and names of ablation steps of every solution.

    `error` is the reason if it cannot be imported.
    """
    described = SolutionDescriptions(register).all()
    return [_summary(each.name, each.origin, about) for each, about in described.items()]


def describe_solution(name: str, register: Path) -> dict[str, Any]:
    """Return a solution's task, description (with its source), and parameters: name, type, default, note (units).

    `range` is the range that `landmark tune` searches, None if there is none. `steps` names the ablation steps.
    """
    about = SolutionDescriptions(register).solution(name)
    steps = [step.name for step in about.steps]
    info = {"name": name, "task": about.task, "origin": about.origin, "description": about.doc}
    return info | {"parameters": [*map(_row, about.parameters)], "steps": steps}


def _row(parameter: ParameterDescription) -> dict[str, Any]:
    range_ = parameter.range
    return {
        "name": parameter.name,
        "type": parameter.type,
        "default": "needed" if parameter.default is None else parameter.default,
        "range": None if range_ is None or range_.single else str(range_),
        "note": parameter.note,
    }


def _summary(name: str, origin: str, about: SolutionDescription | SolutionError) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "name": name,
        "task": None,
        "summary": None,
        "origin": origin,
        "error": None,
        "steps": [],
    }
    if isinstance(about, SolutionError):
        return summary | {"error": str(about)}
    steps = [step.name for step in about.steps]
    return summary | {"task": about.task, "summary": about.summary, "steps": steps}
