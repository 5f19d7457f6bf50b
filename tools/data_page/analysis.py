"""The analysis behind the data page: headers, broken images, imbalance and near-duplicates of a competition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness import HarnessError, ImageSet
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.search.codes import Codes
from tools.data_page.collection import PARTS, Collection
from tools.data_page.headers import read_headers
from tools.data_page.imbalance import Imbalance
from tools.data_page.near_duplicates import DuplicatePairs, find_near_duplicates


@dataclass(frozen=True)
class CollectionAnalysis:
    """The analysis of a competition's images, made without its ground truth.

    `headers`, `broken` and `usable` have a row for each image, (n,), in the order of the collection.
    """

    name: str
    tasks: tuple[str, ...]
    collection: Collection
    labels: np.ndarray  # (n_train,) the landmarks of the train images
    names: dict[int, str]  # of landmarks, as far as a table gives them
    headers: np.ndarray
    broken: np.ndarray  # the file exists and cannot be decoded
    imbalance: Imbalance
    pairs: DuplicatePairs
    files: Mapping[str, str] = field(default_factory=dict)  # image id -> the file it was imported from, if known

    @property
    def usable(self) -> np.ndarray:
        """Whether each image can be decoded, (n,)."""
        return np.asarray(self.headers["file"] & ~self.broken)

    def between(self, one: int, other: int) -> DuplicatePairs:
        """Return the near-duplicates with one image in each of two parts."""
        parts = np.sort(self.collection.parts(self.pairs.rows), axis=1)
        return self.pairs[(parts == sorted((one, other))).all(axis=1)]

    @property
    def conflicts(self) -> DuplicatePairs:
        """The near-duplicates among the train images whose labels differ."""
        within = self.between(0, 0)
        labels = self.labels[within.rows]
        return within[labels[:, 0] != labels[:, 1]]


def analyse_collection(
    competition: Any, names: dict[int, str], files: Mapping[str, str] | None = None
) -> CollectionAnalysis:
    """Analyse all images of a competition; `names` are those of landmarks, `files` those of images.

    Raises HarnessError if no image can be decoded.
    """
    collection = Collection.of(competition)
    headers = [read_headers(images, part) for part, images in zip(PARTS, collection.sets, strict=True)]
    hashes = [_hashes_of(images) for images in collection.sets]
    codes, undecodable = (np.concatenate(parts) for parts in zip(*hashes, strict=True))
    header = np.concatenate(headers)
    usable = header["file"] & ~undecodable
    if not usable.any():
        raise HarnessError(
            f"{competition.folder}: none of the {len(collection)} images in its tables can be decoded; "
            "landmark data check says what is wrong"
        )
    return CollectionAnalysis(
        competition.name,
        competition.tasks,
        collection,
        competition.labels,
        names,
        header,
        header["file"] & undecodable,
        Imbalance.of(competition.labels),
        find_near_duplicates(collection, codes, usable),
        files or {},
    )


def _hashes_of(images: ImageSet) -> tuple[Codes, np.ndarray]:
    """Return the codes of a set's images, and whether each could not be decoded, (n,) each."""
    if not len(images):
        return np.zeros(0, np.uint64), np.zeros(0, bool)
    hashes = PerceptualHashes()
    return images.describe(hashes, "dct"), images.undecodable(hashes)
