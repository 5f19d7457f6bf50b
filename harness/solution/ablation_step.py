"""The steps in which a solution grew: each is the solution with some of its parts switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: its name, the parameters that make the solution stop there, and the score that was published for it.

    A name that begins with + adds something to the step above; others stand for themselves.

    >>> Step("+ query expansion", {"expansion": 10}, published=0.582).adds
    True
    """

    name: str
    parameters: Mapping[str, object]
    published: float | None = None

    @property
    def adds(self) -> bool:
        """Return whether the step is to be compared with the one above."""
        return self.name.startswith("+")
