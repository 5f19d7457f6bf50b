"""The description of one run, as JSON for the worker process."""

from dataclasses import dataclass

import metrics


@dataclass(frozen=True)
class RunJob:
    """A solution on a split of a competition."""

    folder: str  # of the competition
    workspace: str
    spec: str  # names the solution: `hash(kind='dct')`
    task: metrics.Task
    fold: int | None  # from 1; None for the competition's own test images
    seed: int
