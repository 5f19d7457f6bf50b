"""Search spaces of `landmark tune`: a range given in the annotation of a parameter.

    side: Annotated[int, Among(224, 320)] = 224
    weight_decay: Annotated[float, Span(1e-6, 1e-1, log=True)] = 1e-3

A Literal and a bool are ranges by themselves; `Among` with one value excludes them from the search. A range does not
restrict a parameter: it still takes any value of its type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin


@dataclass(frozen=True)
class Span:
    """Numbers from `low` to `high`, both included: whole numbers for an int, multiples of `step` above `low` if given.

    `log` searches logarithms, so every decade is searched equally.

    Raises ValueError if the span is empty, or if `log` is combined with a step or with numbers up to 0.

    >>> print(Span(1e-6, 0.1, log=True), Span(4, 32), sep="; ")
    1e-06 to 0.1, log; 4 to 32
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    single = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"Span({self.low}, {self.high}) is empty; give the lower end first")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("a Span with log=True begins above 0 and has no step")
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise ValueError(f"step={self.step} is not from 0 to {self.high - self.low}")

    def __str__(self) -> str:
        options = ", log" * self.log + (f", step {self.step:g}" if self.step is not None else "")
        return f"{self.low:g} to {self.high:g}{options}"


class Among:
    """One of several values.

    >>> print(Among(224, 320))
    224, 320
    """

    def __init__(self, *values: object) -> None:
        if not values:
            raise ValueError("Among() needs at least one value")
        self.values = values

    @property
    def single(self) -> bool:
        """Whether there is only one value."""
        return len(self.values) == 1

    def __repr__(self) -> str:
        return f"Among({self})"

    def __str__(self) -> str:
        return ", ".join(map(repr, self.values))


Range = Span | Among


def range_of(hint: Any) -> Range | None:
    """Return the search range of a parameter with this annotation, None if it has none. Annotated has precedence.

    >>> range_of(Annotated[float, Span(0, 1)]), range_of(bool), range_of(str)
    (Span(low=0.0, high=1.0, log=False, step=None), Among(False, True), None)
    """
    plain = without_annotation(hint)
    ranges = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Span | Among)]
    if ranges and isinstance(ranges[0], Span):
        return _with_type(ranges[0], float if float in (plain, *get_args(plain)) else int)
    if ranges:
        return ranges[0]
    if get_origin(plain) is Literal:
        return Among(*get_args(plain))
    return Among(False, True) if plain is bool else None


def without_annotation(hint: Any) -> Any:
    """Return the type inside Annotated, or the type itself.

    >>> without_annotation(Annotated[int, Among(1, 2)])
    <class 'int'>
    """
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _with_type(span: Span, kind: type[int | float]) -> Span:
    """Return the span with its ends and its step converted to int or float."""
    return Span(kind(span.low), kind(span.high), span.log, None if span.step is None else kind(span.step))
