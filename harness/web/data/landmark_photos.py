"""A photo of each landmark: one of the train images, or a query that shows it."""

import numpy as np

from harness.web.data.photos import CompetitionPhotos
from harness.web.data.query_landmarks import QueryLandmarks


class LandmarkPhotos:
    """The part and the id of an image by landmark."""

    def __init__(self, photos: CompetitionPhotos, landmarks: QueryLandmarks, query_ids: np.ndarray, part: str) -> None:
        ids, labels = photos.train_labels
        self._labels, first = np.unique(labels, return_index=True)
        self._train = ids[first]
        self._landmarks = landmarks.ids
        codes, rows = np.unique(landmarks.codes, return_index=True)
        self._queries = np.full(len(landmarks.ids), "", object)
        self._queries[codes] = query_ids[landmarks.rows[rows]]
        self._part = part

    def find(self, landmark: int) -> tuple[str, str] | None:
        """Return the part and the id of an image of a landmark; None if there is none."""
        for part, keys, ids in (("train", self._labels, self._train), (self._part, self._landmarks, self._queries)):
            position = int(np.searchsorted(keys, landmark))
            if position < len(keys) and keys[position] == landmark and ids[position]:
                return part, str(ids[position])
        return None
