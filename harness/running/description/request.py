"""The request to a process that runs the code of a plug-in, as a file in its folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.solution.registry import RegisteredSolution

REPLIES = "replies.jsonl"  # which the process writes
_REQUEST = "request.json"


@dataclass(frozen=True)
class DescriptionRequest:
    """A solution, and the specs with which to describe it."""

    solution: RegisteredSolution
    specs: tuple[str, ...] = ()

    def save(self, folder: Path) -> None:
        """Write the request into a folder."""
        (folder / _REQUEST).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> DescriptionRequest:
        """Read the request from a folder."""
        stored = json.loads((folder / _REQUEST).read_text(encoding="utf-8"))
        return cls(RegisteredSolution(**stored["solution"]), tuple(stored["specs"]))
