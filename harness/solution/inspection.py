"""Describe a class of a solution and its configuration. Plug-ins are imported, so only processes of their own do it."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from dataclasses import MISSING
from textwrap import dedent
from typing import Any

from harness.code_digest import class_files, files_digest
from harness.errors import HarnessError, SolutionError
from harness.solution.ablation_step import Step
from harness.solution.base import Solution, default_of, identity, module_doc, parameters, solution_name
from harness.solution.description import BUILT_IN, ConfiguredSolution, ParameterDescription, SolutionDescription
from harness.solution.plain_value import is_plain
from harness.solution.search_space import Among, Range, range_of, without_annotation
from harness.solution.spec import configure, name_arguments, parameter_types, search_space, split_spec

PLANNING_METHODS = ("check_parameters", "input_digests", "input_notes", "describe")


def describe_class(cls: type[Solution], origin: str) -> SolutionDescription:
    """Return the description of a solution's class. Raises SolutionError for a class that cannot be described."""
    hints, notes = parameter_types(cls), _notes(cls)
    files = [] if origin == BUILT_IN else class_files(cls)
    rows = [_parameter(each, hints[each.name], notes.get(each.name, "")) for each in parameters(cls)]
    return SolutionDescription(
        name=solution_name(cls),
        origin=origin,
        task=cls.task,
        doc=module_doc(cls),
        parameters=tuple(rows),
        modules=(cls.modules,) if isinstance(cls.modules, str) else tuple(map(str, cls.modules)),
        needs_labels=bool(cls.needs_labels),
        steps=tuple(map(_plain_step, cls.ablation_steps)),
        overrides=tuple(name for name in PLANNING_METHODS if getattr(cls, name) is not getattr(Solution, name)),
        range_error=_range_error(cls),
        files=tuple(map(str, files)),
        code=files_digest(files) if files else "",
    )


def describe_configuration(spec: str, cls: type[Solution], description: SolutionDescription) -> ConfiguredSolution:
    """Return the configuration of a class by a spec; SolutionError for a wrong parameter or value."""
    arguments = name_arguments(cls, split_spec(spec)[1])
    solution = configure(cls, arguments)
    values = {each.name: getattr(solution, each.name) for each in parameters(cls)}
    return ConfiguredSolution(
        spec=spec,
        solution=description,
        identity=identity(solution),
        arguments=arguments,
        values={name: value for name, value in values.items() if is_plain(value)},
        fixed_parameters=tuple(map(str, solution.fixed_parameters())),
        fault=_fault(solution),
    )


def _parameter(parameter: Any, hint: Any, note: str) -> ParameterDescription:
    default = default_of(parameter)
    return ParameterDescription(
        name=parameter.name,
        type=_type_name(without_annotation(hint)),
        default=None if default is MISSING else repr(default),
        range=_plain_range(range_of(hint)),
        note=note,
    )


def _plain_range(range_: Range | None) -> Range | None:
    """Return the range, None if one of its values is no plain value: it could not be written in a spec."""
    return None if isinstance(range_, Among) and not all(map(is_plain, range_.values)) else range_


def _plain_step(step: Step) -> Step:
    for name, value in step.parameters.items():
        if not is_plain(value):
            raise SolutionError(f"the ablation step {step.name!r:.80} has no plain value for {name}; write a literal")
    return Step(step.name, dict(step.parameters), step.published)


def _fault(solution: Solution) -> str:
    try:
        solution.check_parameters()
    except HarnessError as error:
        return str(error)
    return ""


def _range_error(cls: type[Solution]) -> str:
    try:
        search_space(cls)
    except HarnessError as error:
        return str(error)
    return ""


def _notes(cls: type[Solution]) -> dict[str, str]:
    """Return the comment after each field, those of base classes first."""
    notes: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if "__annotations__" in vars(base) and issubclass(base, Solution):
            notes |= _comments(dedent(_source(base)))
    return notes


def _source(cls: type) -> str:
    """Return the source of a class; "" if it cannot be read, as of one that code has made."""
    try:
        return inspect.getsource(cls)
    except (OSError, TypeError):
        return ""


def _comments(source: str) -> dict[str, str]:
    """Return the comment of each field of a class, on any of the lines that the field spans."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    at = {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}
    body = ast.parse(source).body
    cls = body[0] if body else None
    fields = [node for node in cls.body if isinstance(node, ast.AnnAssign)] if isinstance(cls, ast.ClassDef) else []
    lines = {ast.unparse(node.target): range(node.lineno, (node.end_lineno or 0) + 1) for node in fields}
    return {name: " ".join(at[line] for line in within if line in at) for name, within in lines.items()}


def _type_name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
