"""Rank index images by the Hamming distance of a 64-bit perceptual hash.

The first solution of K. E. Odoh's slides "Landmark Retrieval & Recognition" (2018): nearest first, ties in the order of
the index. The slides list images nearer than 12 bits; mAP@100 never loses by listing more, so there is no threshold by
default. `order='seed'` ranks as the code on the slides: of the images below the threshold (12 by default) the hundred
*farthest*, farthest first, ties by id.

The hashes are imagehash's average_hash, phash, dhash, dhash_vertical, whash and colorhash (42 bits), bit for bit at
full decode. With `rotations` and `flips`, a query is hashed in each orientation from one decode, and the smallest
distance counts; the colour hash does not depend on the orientation.
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
    decode: Literal["full", "reduced"] = "full"  # reduced: faster, 0.2 to 0.8 of 64 bits differ
    upright: bool = False  # apply the EXIF orientation, which imagehash does not
    order: Annotated[Literal["distance", "seed"], Among("distance")] = "distance"  # seed: as printed on the slides
    rotations: Rotations = 1  # rotations of a query, by multiples of 360° / rotations
    flips: bool = False  # mirror images of all rotations, too
    chunk = 2048

    def fit(self, data: TrainingData) -> None:
        is_colour = self.kind == "colour"
        self.n_orientations = 1 if is_colour else self.rotations * (1 + self.flips)
        self.hashes = (ColourHashes if is_colour else PerceptualHashes)(self.decode, self.upright)
        rotated = RotatedHashes(self.decode, self.upright, self.rotations, self.flips)
        self.query_hashes = self.hashes if self.n_orientations == 1 else rotated
        self.index = ReadableIndex(data.index, self.hashes)
        self.codes = self.index.rows(self.kind)

    def rank(self, queries: ImageSet) -> Ranking:
        codes = queries.describe(self.query_hashes, self.kind).reshape(-1, self.n_orientations)
        if self.order == "seed":
            return self.index.ranking(
                queries, pad_lists([self._rank_as_printed(orientations) for orientations in codes]), self.query_hashes
            )
        neighbours = nearest(codes.reshape(-1), self.codes, CANDIDATES)
        distances, positions = merge_rotations(*neighbours, self.n_orientations)
        if self.threshold is not None:
            positions[distances >= self.threshold] = -1
        return self.index.ranking(queries, positions, self.query_hashes)

    def _rank_as_printed(self, orientations: np.ndarray) -> np.ndarray:
        threshold = SINGLE_THRESHOLD if self.threshold is None else self.threshold
        distances = np.bitwise_count(self.codes ^ orientations[:, None]).min(axis=0)
        return printed_ranking(distances, self.index.ids, threshold)
