"""What a run has to do, as a value that can be written down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A solution on a split of a competition."""

    folder: str  # of the competition
    workspace: str
    spec: str  # names the solution: `hash(kind='dct')`
    task: str
    fold: int | None  # from 1; None for the competition's own test images
    seed: int
