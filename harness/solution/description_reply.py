"""Descriptions of solutions as JSON. A process that has run the code of a plug-in wrote it, so it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from harness.errors import PluginError, SolutionError
from harness.solution.ablation_step import Step
from harness.solution.description import ConfiguredSolution, ParameterDescription, SolutionDescription
from harness.solution.plain_value import read_literal
from harness.solution.search_space import Among, Range, Span

_MANY, _LONGEST = 1000, 200_000  # items of a list, characters of a docstring

Line = Annotated[str, Field(max_length=20_000)]
Document = Annotated[str, Field(max_length=_LONGEST)]
Name = Annotated[str, Field(max_length=500)]
Number = Annotated[int, Field(ge=-(2**63), lt=2**63)] | FiniteFloat
Lines = Annotated[tuple[Line, ...], Field(max_length=_MANY)]


class _Reply(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SpanReply(_Reply):
    """A `Span`."""

    low: Number
    high: Number
    log: bool
    step: Number | None


class ParameterReply(_Reply):
    """A `ParameterDescription`; `range` is a span, or the literals of the values."""

    name: Name
    type: Line
    default: Line | None
    range: SpanReply | Lines | None
    note: Line


class StepReply(_Reply):
    """A `Step`, with literals as values."""

    name: Name
    parameters: Annotated[dict[Name, Line], Field(max_length=_MANY)]
    published: Number | None


class ClassReply(_Reply):
    """A `SolutionDescription` without its origin."""

    kind: Literal["class"] = "class"
    name: Name
    task: Literal["retrieval", "recognition"]
    doc: Document
    parameters: Annotated[tuple[ParameterReply, ...], Field(max_length=_MANY)]
    modules: Lines
    needs_labels: bool
    steps: Annotated[tuple[StepReply, ...], Field(max_length=_MANY)]
    overrides: Lines
    range_error: Line
    files: Lines
    code: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]

    @classmethod
    def of(cls, about: SolutionDescription) -> ClassReply:
        """Return the reply of a description."""
        parameters = tuple(
            ParameterReply(name=p.name, type=p.type, default=p.default, range=_range_reply(p.range), note=p.note)
            for p in about.parameters
        )
        steps = tuple(
            StepReply(name=step.name, parameters=_texts(step.parameters), published=step.published)
            for step in about.steps
        )
        return cls(
            name=about.name,
            task=about.task,
            doc=about.doc[:_LONGEST].encode("utf-8", "replace").decode(),
            parameters=parameters,
            modules=about.modules,
            needs_labels=about.needs_labels,
            steps=steps,
            overrides=about.overrides,
            range_error=about.range_error,
            files=tuple(map(repr, about.files)),  # their names may not be UTF-8
            code=about.code,
        )

    def description(self, origin: str) -> SolutionDescription:
        """Return the description; SolutionError for a range or a step that is none."""
        parameters = tuple(
            ParameterDescription(each.name, each.type, each.default, _range(each.range), each.note)
            for each in self.parameters
        )
        steps = tuple(Step(each.name, _values(each.parameters), each.published) for each in self.steps)
        return SolutionDescription(
            name=self.name,
            origin=origin,
            task=self.task,
            doc=self.doc,
            parameters=parameters,
            modules=self.modules,
            needs_labels=self.needs_labels,
            steps=steps,
            overrides=self.overrides,
            range_error=self.range_error,
            files=tuple(str(read_literal(each)) for each in self.files),
            code=self.code,
        )


class ConfigurationReply(_Reply):
    """A `ConfiguredSolution` without its solution."""

    kind: Literal["configuration"] = "configuration"
    identity: Line
    arguments: Annotated[dict[Name, Line], Field(max_length=_MANY)]
    values: Annotated[dict[Name, Line], Field(max_length=_MANY)]
    fixed_parameters: Lines
    fault: Line

    @classmethod
    def of(cls, configured: ConfiguredSolution) -> ConfigurationReply:
        """Return the reply of a configured solution."""
        return cls(
            identity=configured.identity,
            arguments=_texts(configured.arguments),
            values=_texts(configured.values),
            fixed_parameters=configured.fixed_parameters,
            fault=configured.fault,
        )

    def configured(self, spec: str, solution: SolutionDescription) -> ConfiguredSolution:
        """Return the configured solution. Raises SolutionError unless the identity begins with the solution's name."""
        own, parenthesis, rest = self.identity.partition("(")
        if own != solution.name or bool(parenthesis) != rest.endswith(")") or not self.identity.isprintable():
            raise SolutionError(f"{solution.origin}: the text of its parameters is not printable, or not its own")
        arguments, values = _values(self.arguments), _values(self.values)
        return ConfiguredSolution(spec, solution, self.identity, arguments, values, self.fixed_parameters, self.fault)


class ErrorReply(_Reply):
    """An error of one line; `is_failure` tells a failure of the solution's code from a wrong spec."""

    kind: Literal["error"] = "error"
    message: Annotated[str, Field(max_length=5000)]
    is_failure: bool = False

    def error(self) -> SolutionError:
        """Return the error."""
        return (PluginError if self.is_failure else SolutionError)(self.message)


class _AnyReply(_Reply):
    reply: Annotated[ClassReply | ConfigurationReply | ErrorReply, Field(discriminator="kind")]


Reply = ClassReply | ConfigurationReply | ErrorReply


def write_reply(described: SolutionDescription | ConfiguredSolution | SolutionError) -> str:
    """Return a description, or the error in its place, as a line of JSON."""
    reply: Reply
    try:
        if isinstance(described, SolutionDescription):
            reply = ClassReply.of(described)
        elif isinstance(described, ConfiguredSolution):
            reply = ConfigurationReply.of(described)
        else:
            reply = ErrorReply(message=str(described), is_failure=isinstance(described, PluginError))
        return _AnyReply(reply=reply).model_dump_json()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return write_reply(PluginError(f"its description has a wrong {place}: {first['msg']}"))


def read_reply(line: bytes) -> Reply:
    """Return the reply in a line of JSON; SolutionError for anything else."""
    try:
        return _AnyReply.model_validate_json(line).reply
    except ValueError:  # a ValidationError too
        raise PluginError("its code wrote into the files of landmark") from None


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {str(name): repr(value) for name, value in values.items()}


def _values(texts: dict[str, str]) -> dict[str, object]:
    return {name: read_literal(text) for name, text in texts.items()}


def _range_reply(range_: Range | None) -> SpanReply | tuple[str, ...] | None:
    if range_ is None:
        return None
    if isinstance(range_, Among):
        return tuple(map(repr, range_.values))
    return SpanReply(low=range_.low, high=range_.high, log=range_.log, step=range_.step)


def _range(reply: SpanReply | tuple[str, ...] | None) -> Range | None:
    if reply is None:
        return None
    try:
        if isinstance(reply, tuple):
            return Among(*map(read_literal, reply))
        return Span(reply.low, reply.high, reply.log, reply.step)
    except ValueError as error:
        raise SolutionError(f"a search range is wrong: {error}") from None
