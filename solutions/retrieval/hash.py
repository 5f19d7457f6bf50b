"""Rank index images by the Hamming distance of a 64-bit perceptual hash.

As the seed solution of K. E. Odoh's deck "Landmark Retrieval & Recognition" (2018) means it: nearest first, of equally
near ones the first in the index. The deck lists what is nearer than 12 bits; mAP@100 never loses by listing more, so no
threshold is the default. `order='seed'` gives what the deck's code prints: below the threshold (12, if none is given)
the hundred *farthest*, farthest first, equal ones by id.

The hashes are imagehash's average_hash, phash, dhash and whash, bit for bit at full decode.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness import ImageSet, Ranking, Retrieval, TrainingData
from solutions.hashing.extractor import PerceptualHashes
from solutions.hashing.hamming import nearest
from solutions.hashing.places import LISTED, Readable, padded
from solutions.hashing.seed import SINGLE_THRESHOLD, printed_order


@dataclass
class Hash(Retrieval):
    kind: Literal["average", "dct", "difference", "wavelet"] = "average"
    threshold: int | None = None  # bits; only images nearer than this are listed
    decode: Literal["full", "reduced"] = (
        "full"  # reduced: 0.2 to 0.8 of 64 bits differ on average, several times faster
    )
    upright: bool = False  # turn images by their EXIF orientation first, which imagehash does not
    order: Literal["distance", "seed"] = "distance"  # seed: the deck's printed order, worst first
    chunk = 2048

    def fit(self, data: TrainingData) -> None:
        self.hashes = PerceptualHashes(self.decode, self.upright)
        self.index = Readable(data.index, self.hashes)
        self.codes = self.index.rows(self.kind)

    def rank(self, queries: ImageSet) -> Ranking:
        codes = queries.describe(self.hashes, self.kind)
        if self.order == "seed":
            return self.index.ranking(queries, padded([self._printed(code) for code in codes]))
        distances, positions = nearest(codes, self.codes, LISTED)
        if self.threshold is not None:
            positions[distances >= self.threshold] = -1
        return self.index.ranking(queries, positions)

    def _printed(self, code: np.uint64) -> np.ndarray:
        threshold = SINGLE_THRESHOLD if self.threshold is None else self.threshold
        return printed_order(np.bitwise_count(self.codes ^ code), self.index.ids, threshold)
