"""Answer the landmark with most train images for every query: the baseline of every recognition leaderboard.

The confidence is the landmark's share of the train images; ties go to the lowest number.
"""

from dataclasses import dataclass

import numpy as np

from harness import ImageSet, Labelling, Recognition, TrainingData


@dataclass
class MostFrequent(Recognition):
    def fit(self, data: TrainingData) -> None:
        landmarks, counts = np.unique(data.labels, return_counts=True)
        self.landmark = landmarks[counts.argmax()] if len(landmarks) else 0
        self.share = counts.max() / counts.sum() if len(landmarks) else np.nan

    def recognise(self, queries: ImageSet) -> Labelling:
        n = len(queries)
        return Labelling.of(np.full(n, self.landmark), np.full(n, self.share), queries.ids)
