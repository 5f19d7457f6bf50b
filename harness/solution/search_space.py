"""Where to search the best value of a parameter: a range that stands with its type.

    side: Annotated[int, Among(224, 320)] = 224
    weight_decay: Annotated[float, Span(1e-6, 1e-1, log=True)] = 1e-3

A Literal and a bool are ranges by themselves; of a Literal that is none, `Among` names the one value to keep. A range
is where to search, and no check: a parameter takes any value of its type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin


@dataclass(frozen=True)
class Span:
    """Numbers from `low` to `high`, both among them: whole ones for an int, every `step`-th if one is given.

    `log` searches their logarithms, so that every decade gets as much of the search.

    Raises ValueError where there is nothing between the ends, and where their logarithms cannot be searched.

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
        told = ", log" * self.log + (f", step {self.step:g}" if self.step is not None else "")
        return f"{self.low:g} to {self.high:g}{told}"


class Among:
    """One of the values.

    >>> print(Among(224, 320))
    224, 320
    """

    def __init__(self, *values: object) -> None:
        if not values:
            raise ValueError("Among() leaves nothing to choose from; name a value")
        self.values = values

    @property
    def single(self) -> bool:
        """Tell whether there is nothing to choose."""
        return len(self.values) == 1

    def __repr__(self) -> str:
        return f"Among({self})"

    def __str__(self) -> str:
        return ", ".join(map(repr, self.values))


Range = Span | Among


def range_of(hint: Any) -> Range | None:
    """Return where a parameter of a type is searched, None for nowhere. What stands in Annotated goes first.

    >>> range_of(Annotated[float, Span(0, 1)]), range_of(bool), range_of(str)
    (Span(low=0.0, high=1.0, log=False, step=None), Among(False, True), None)
    """
    plain = bare(hint)
    told = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Span | Among)]
    if told and isinstance(told[0], Span):
        return _of_numbers(told[0], float if float in (plain, *get_args(plain)) else int)
    if told:
        return told[0]
    if get_origin(plain) is Literal:
        return Among(*get_args(plain))
    return Among(False, True) if plain is bool else None


def bare(hint: Any) -> Any:
    """Return a type without what Annotated adds to it.

    >>> bare(Annotated[int, Among(1, 2)])
    <class 'int'>
    """
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _of_numbers(span: Span, kind: type[int | float]) -> Span:
    """Return the span with both ends, and its step, of one kind."""
    return Span(kind(span.low), kind(span.high), span.log, None if span.step is None else kind(span.step))
