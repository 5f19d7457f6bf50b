"""Rank index images by the Hamming distance of a 64-bit perceptual hash.

As the seed solution of K. E. Odoh's deck "Landmark Retrieval & Recognition" (2018) means it: nearest first, of equally
near ones the first in the index. The deck lists what is nearer than 12 bits; mAP@100 never loses by listing more, so no
threshold is the default. `order='seed'` gives what the deck's code prints: below the threshold (12, if none is given)
the hundred *farthest*, farthest first, equal ones by id.

The hashes are imagehash's average_hash, phash, dhash, dhash_vertical, whash and colorhash (42 bits), bit for bit at
full decode. With `rotations` and `flips` a query is hashed in each turn, from one decode, and an index image is as far
as the nearest of them; colours are the same in any turn.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, TrainingData
from solutions.hashing.hashes.colour import ColourHashes
from solutions.hashing.hashes.crops import RotatedHashes
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.rotations import Rotations, merge_rotations
from solutions.hashing.readable_index import CANDIDATES, ReadableIndex, pad_lists
from solutions.hashing.search.hamming import nearest
from solutions.hashing.slide_versions import SINGLE_THRESHOLD, printed_ranking


@dataclass
class Hash(Retrieval):
    kind: Literal["average", "dct", "difference", "vertical", "wavelet", "colour"] = "average"
    threshold: int | None = None  # bits; only images nearer than this are listed
    decode: Literal["full", "reduced"] = (
        "full"  # reduced: 0.2 to 0.8 of 64 bits differ on average, several times faster
    )
    upright: bool = False  # turn images by their EXIF orientation first, which imagehash does not
    order: Annotated[Literal["distance", "seed"], Among("distance")] = "distance"  # seed: as the deck prints it
    rotations: Rotations = 1  # turns of a query that are tried, by 360 degrees over this number
    flips: bool = False  # try the mirror image of a query, in each turn, too
    chunk = 2048

    def fit(self, data: TrainingData) -> None:
        coloured = self.kind == "colour"
        self.n_turns = 1 if coloured else self.rotations * (1 + self.flips)
        self.hashes = (ColourHashes if coloured else PerceptualHashes)(self.decode, self.upright)
        turned = RotatedHashes(self.decode, self.upright, self.rotations, self.flips)
        self.asked = self.hashes if self.n_turns == 1 else turned
        self.index = ReadableIndex(data.index, self.hashes)
        self.codes = self.index.rows(self.kind)

    def rank(self, queries: ImageSet) -> Ranking:
        codes = queries.describe(self.asked, self.kind).reshape(-1, self.n_turns)
        if self.order == "seed":
            return self.index.ranking(queries, pad_lists([self._printed(turns) for turns in codes]), self.asked)
        found = nearest(codes.reshape(-1), self.codes, CANDIDATES)
        distances, positions = merge_rotations(*found, self.n_turns)
        if self.threshold is not None:
            positions[distances >= self.threshold] = -1
        return self.index.ranking(queries, positions, self.asked)

    def _printed(self, turns: np.ndarray) -> np.ndarray:
        threshold = SINGLE_THRESHOLD if self.threshold is None else self.threshold
        distances = np.bitwise_count(self.codes ^ turns[:, None]).min(axis=0)
        return printed_ranking(distances, self.index.ids, threshold)
