"""Ablation steps: each is the solution with some of its parts switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: its name, the parameters that reduce the solution to it, and the published score of it.

    A step whose name begins with + adds something to the step above; others are not compared.

    >>> Step("+ query expansion", {"expansion": 10}, published=0.582).adds
    True
    """

    name: str
    parameters: Mapping[str, object]
    published: float | None = None

    @property
    def adds(self) -> bool:
        """Whether the step is compared with the one above."""
        return self.name.startswith("+")
