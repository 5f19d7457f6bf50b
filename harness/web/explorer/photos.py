"""The photographs of a competition: their addresses, and the files of those ids that its tables name."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.images.find import ImageFolder
from harness.data.landmark_names import landmark_names
from harness.data.tables.id_index import Vocabulary
from harness.data.tables.ids import MAX_LENGTH
from harness.data.tables.string_column import Words
from harness.errors import DataError
from harness.web.explorer.page import Photo
from harness.web.lru import Latest
from harness.web.rendering import address

PARTS = ("train", "index", "test")
_OF_LANDMARK = 4  # train photographs shown


class Photos:
    """The photographs of one competition. An id may come from anywhere: it is looked up, and no path is made of it."""

    def __init__(self, competition: Competition) -> None:
        self._competition = competition
        self._folders = {part: ImageFolder(competition.folder, part) for part in PARTS}
        self._ids: Latest[Vocabulary] = Latest(len(PARTS))
        self._names: Latest[dict[int, str]] = Latest(1)

    def file(self, part: str, image_id: str) -> Path | None:
        """Return the file of an image, None where the part has no such id or the image is missing."""
        if part not in PARTS or not 0 < len(image_id) <= MAX_LENGTH:
            return None
        ids = self._ids.get(part, lambda: Vocabulary.of(self._images(part)))
        if ids.find(Words.of([image_id]))[0] < 0:
            return None
        found = self._folders[part].path(image_id)
        return None if found is None else Path(found)

    def photo(self, part: str, image_id: str) -> Photo:
        """Return an image's addresses."""
        here = ("images", self._competition.key, part)
        return Photo(image_id, address(*here, "small", image_id), address(*here, "large", image_id))

    def of_landmark(self, landmark: int) -> list[Photo]:
        """Return a few train images of a landmark."""
        rows = np.flatnonzero(self._competition.labels == landmark)[:_OF_LANDMARK]
        return [self.photo("train", image_id) for image_id in self._competition.train.ids[rows]]

    def name(self, landmark: int) -> str:
        """Return what a landmark is called, its number if nobody says."""
        return self._names.get("names", self._read_names).get(landmark, str(landmark))

    def _read_names(self) -> dict[int, str]:
        try:
            return landmark_names(self._competition.folder)
        except DataError:  # pages can do without
            return {}

    def _images(self, part: str) -> np.ndarray:
        images = {"train": self._competition.train, "index": self._competition.index, "test": self._competition.queries}
        return images[part].ids
