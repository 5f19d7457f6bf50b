"""Rank index images by the Hamming distance of a 64-bit perceptual hash.

As the seed solution of K. E. Odoh's deck "Landmark Retrieval & Recognition" (2018) means it: nearest first, of equally
near ones the first in the index. The deck lists what is nearer than 12 bits; mAP@100 never loses by listing more, so no
threshold is the default. `order='seed'` gives what the deck's code prints: below the threshold (12 if none is given) the
hundred *farthest*, farthest first, equal ones by id.

Hashes: imagehash's average_hash, phash, dhash and whash, bit for bit at full decode.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness import ImageSet, Ranking, Retrieval, TrainingData
from solutions.hashing import seed
from solutions.hashing.extractor import PerceptualHashes
from solutions.hashing.hamming import nearest

LISTED = 101  # the best hundred, and the query itself should it be in the index


@dataclass
class Hash(Retrieval):
    kind: Literal["average", "dct", "difference", "wavelet"] = "average"
    threshold: int | None = None  # bits; only images nearer than this are listed
    decode: Literal["full", "reduced"] = "full"  # reduced: several times faster, a few bits differ
    upright: bool = False  # turn images by their EXIF orientation first, which imagehash does not
    order: Literal["distance", "seed"] = "distance"  # seed: the deck's printed order, worst first
    chunk = 2048

    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        self.extractor = PerceptualHashes(self.decode, self.upright)
        codes = data.index.describe(self.extractor, self.kind)
        self.places = np.flatnonzero(~data.index.undecodable(self.extractor))
        self.codes = codes if len(self.places) == len(codes) else codes[self.places]

    def rank(self, queries: ImageSet) -> Ranking:
        codes = np.ascontiguousarray(queries.describe(self.extractor, self.kind))
        if self.order == "seed":
            positions = self._printed_order(codes)
        else:
            distances, positions = nearest(codes, self.codes, LISTED)
            if self.threshold is not None:
                positions[distances >= self.threshold] = -1
        positions[queries.undecodable(self.extractor)] = -1
        return Ranking.from_positions(self._in_index(positions), queries.ids, self.index.ids)
