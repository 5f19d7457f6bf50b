"""The photos of a competition: their addresses, and their files by the ids of the competition's tables."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.images.find import ImageFolder
from harness.data.landmark_names import landmark_names, readable_name
from harness.data.source_files import source_files
from harness.data.tables.id_index import IdIndex
from harness.data.tables.ids import MAX_LENGTH
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError
from harness.web.lru import LruCache
from harness.web.rendering import address

PARTS = ("train", "index", "test")
_PER_LANDMARK = 4  # train photos shown


@dataclass(frozen=True)
class Photo:
    """A photo: its id, the addresses of its thumbnail and its large version, and the file it was imported from."""

    id: str
    small: str
    large: str
    file: str = ""  # empty: unknown


class CompetitionPhotos:
    """The photos of one competition. Ids come from requests: they are looked up, and no path is built from them."""

    def __init__(self, competition: Competition) -> None:
        self._competition = competition
        self._folders = {part: ImageFolder(competition.folder, part) for part in PARTS}
        self._ids: LruCache[IdIndex] = LruCache(len(PARTS))
        self._names: LruCache[dict[int, str]] = LruCache(1)
        self._files: LruCache[dict[str, str]] = LruCache(1)

    def file(self, part: str, image_id: str) -> Path | None:
        """Return the file of an image; None if the part has no such id or the file is missing."""
        if part not in PARTS or not 0 < len(image_id) <= MAX_LENGTH:
            return None
        ids = self._ids.get(part, lambda: IdIndex.from_texts(self._image_ids(part)))
        if ids.find(StringColumn.from_texts([image_id]))[0] < 0:
            return None
        path = self._folders[part].path(image_id)
        return None if path is None else Path(path)

    def photo(self, part: str, image_id: str) -> Photo:
        """Return an image's addresses and its file."""
        base = ("images", self._competition.key, part)
        file = self.files.get(image_id, "")
        return Photo(image_id, address(*base, "small", image_id), address(*base, "large", image_id), file)

    def of_landmark(self, landmark: int) -> list[Photo]:
        """Return a few train images of a landmark."""
        rows = np.flatnonzero(self._competition.labels == landmark)[:_PER_LANDMARK]
        return [self.photo("train", image_id) for image_id in self._competition.train.ids[rows]]

    def name(self, landmark: int) -> str:
        """Return the readable name of a landmark, or its number if it has none; -1 is no landmark."""
        return "no landmark" if landmark == -1 else self.names.get(landmark, str(landmark))

    @property
    def names(self) -> dict[int, str]:
        """Return landmark -> readable name, as far as a table names it."""
        return self._names.get("names", self._read_names)

    @property
    def train_labels(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the ids of the labelled train images and their landmarks, both `(n_train,)`."""
        return self._competition.train.ids, self._competition.labels

    @property
    def files(self) -> dict[str, str]:
        """Return image id -> file that it was imported from, as far as a table names it."""
        return self._files.get("files", lambda: source_files(self._competition.folder))

    def _read_names(self) -> dict[int, str]:
        try:
            names = landmark_names(self._competition.folder)
        except DataError:  # names are optional
            return {}
        return {landmark: readable_name(name) for landmark, name in names.items()}

    def _image_ids(self, part: str) -> np.ndarray:
        images = {"train": self._competition.train, "index": self._competition.index, "test": self._competition.queries}
        return images[part].ids
