"""All that the page tells, found out: counts, headers, imbalance, near-duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import HarnessError, ImageSet
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.search.codes import Codes
from tools.data_page.collection import PARTS, Collection
from tools.data_page.headers import headers
from tools.data_page.imbalance import Imbalance
from tools.data_page.near_duplicates import Pairs, near_duplicates


@dataclass(frozen=True)
class Survey:
    """What is known of a competition's images without its ground truth.

    `headers`, `broken` and `usable` are of all images, (n,), in the order of the collection.
    """

    name: str
    tasks: tuple[str, ...]
    collection: Collection
    labels: np.ndarray  # (n_train,) the landmarks of the train images
    names: dict[int, str]  # what landmarks are called, as far as a table tells
    headers: np.ndarray
    broken: np.ndarray  # where there is a file that cannot be decoded
    imbalance: Imbalance
    pairs: Pairs

    @property
    def usable(self) -> np.ndarray:
        """Where there is an image."""
        return np.asarray(self.headers["file"] & ~self.broken)

    def between(self, one: int, other: int) -> Pairs:
        """Near-duplicates of an image of one part with an image of another."""
        parts = np.sort(self.collection.parts(self.pairs.rows), axis=1)
        return self.pairs[(parts == sorted((one, other))).all(axis=1)]

    @property
    def conflicts(self) -> Pairs:
        """Near-duplicates among the train images that have two different labels."""
        within = self.between(0, 0)
        labels = self.labels[within.rows]
        return within[labels[:, 0] != labels[:, 1]]


def surveyed(competition: Any, names: dict[int, str]) -> Survey:
    """Look at all images of a competition.

    Raises HarnessError where there is none to look at.
    """
    collection = Collection.of(competition)
    heads = [headers(images, part) for part, images in zip(PARTS, collection.sets, strict=True)]
    hashed = [_hashed(images) for images in collection.sets]
    codes, undecodable = (np.concatenate(found) for found in zip(*hashed, strict=True))
    header = np.concatenate(heads)
    usable = header["file"] & ~undecodable
    if not usable.any():
        raise HarnessError(
            f"{competition.folder}: of the {len(collection)} images in its tables none can be decoded, so there is "
            "nothing to show (landmark data check tells what is wrong)"
        )
    return Survey(
        competition.name,
        competition.tasks,
        collection,
        competition.labels,
        names,
        header,
        header["file"] & undecodable,
        Imbalance.of(competition.labels),
        near_duplicates(collection, codes, usable),
    )


def _hashed(images: ImageSet) -> tuple[Codes, np.ndarray]:
    """The codes of a set's images and where there are none, (n,) each."""
    if not len(images):
        return np.zeros(0, np.uint64), np.zeros(0, bool)
    hashes = PerceptualHashes()
    return images.describe(hashes, "dct"), images.undecodable(hashes)
