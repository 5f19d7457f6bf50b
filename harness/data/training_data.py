"""What a solution is fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.data.image_set import ImageSet


@dataclass(frozen=True)
class TrainingData:
    """The images a solution may learn from. Either set may be empty; neither holds the ground truth."""

    train: ImageSet
    labels: np.ndarray  # (len(train),) int64: the landmark_id of each train image
    index: ImageSet
    seed: int = 0

    def __setstate__(self, state: dict[str, object]) -> None:
        """Restore the state, and protect the labels again, which pickle does not."""
        self.__dict__.update(state)
        self.labels.flags.writeable = False
