"""Rank index images by a mean of the Hamming distances of several 64-bit perceptual hashes.

As the second seed solution of K. E. Odoh's deck "Landmark Retrieval & Recognition" (2018) means it. Geometric and
harmonic means are taken of distance + 1, and 1 is taken off again, so that exact duplicates are at 0 and come first;
the deck drops zeros instead, and with them its best matches. The deck lists what is nearer than 17.5 (harmonic), 18
(arithmetic) or 4.3 (square root; a mean of roots of bits) and names no threshold for the geometric mean (ours: 18);
mAP@100 never loses by listing more, so no threshold is the default. `order='seed'` gives what the deck's code prints:
zeros dropped, of all below the threshold (the deck's, if none is given) the hundred *farthest*, farthest first, equal
ones by id.

The deck does not say which hashes are averaged. Ours [reconstruction] are `against='pairs'`, each kind of hash of the
query against the same kind of the index image, and `against='one_to_many'`, the hashes of five crops of the query (the
whole and its corners) against the one of the index image, all of the first kind. With `rotations` and `flips` a query
is hashed in each turn, from one decode, and an index image is as far as the nearest of them.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, TrainingData
from solutions.hashing.hashes.crops import CROPS, CroppedHashes, RotatedCrops, RotatedHashes
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.rotations import Rotations, merge_rotations
from solutions.hashing.readable_index import CANDIDATES, ReadableIndex, pad_lists
from solutions.hashing.search.mean_distance import nearest
from solutions.hashing.slide_versions import THRESHOLDS, printed_means, printed_ranking

Kind = Literal["average", "dct", "difference", "vertical", "wavelet"]
SETS = Among(("average", "dct", "difference", "wavelet"), ("average", "difference"), ("difference", "vertical"))


@dataclass
class MeanHash(Retrieval):
    mean: Literal["geometric", "harmonic", "arithmetic", "square_root"] = "geometric"
    threshold: float | None = None  # bits (their root for square_root); only images nearer than this are listed
    kinds: Annotated[tuple[Kind, ...], SETS] = ("average", "dct", "difference", "wavelet")
    against: Literal["pairs", "one_to_many"] = "pairs"
    decode: Literal["full", "reduced"] = (
        "full"  # reduced: 0.2 to 0.8 of 64 bits differ on average, several times faster
    )
    upright: bool = False  # turn images by their EXIF orientation first, which imagehash does not
    order: Annotated[Literal["distance", "seed"], Among("distance")] = "distance"  # seed: as the deck prints it
    rotations: Rotations = 1  # turns of a query that are tried, by 360 degrees over this number
    flips: bool = False  # try the mirror image of a query, in each turn, too
    chunk = 1024

    def fit(self, data: TrainingData) -> None:
        self.hashes = PerceptualHashes(self.decode, self.upright)
        self.n_turns = self.rotations * (1 + self.flips)
        self.asked = self._asked()
        self.index = ReadableIndex(data.index, self.hashes)
        kinds = self.kinds if self.against == "pairs" else self.kinds[:1] * CROPS
        self.codes = np.stack([self.index.rows(kind) for kind in kinds])  # (m, n_index)

    def _asked(self) -> PerceptualHashes:
        if self.n_turns == 1:
            return self.hashes if self.against == "pairs" else CroppedHashes(self.decode, self.upright)
        turned = RotatedHashes if self.against == "pairs" else RotatedCrops
        return turned(self.decode, self.upright, rotations=self.rotations, flips=self.flips)

    def rank(self, queries: ImageSet) -> Ranking:
        codes = self._query_codes(queries)
        if self.order == "seed":
            turns = codes.reshape(-1, self.n_turns, len(self.codes))
            return self.index.ranking(queries, pad_lists([self._printed(each) for each in turns]), self.asked)
        means, positions = merge_rotations(*nearest(codes, self.codes, self.mean, CANDIDATES), self.n_turns)
        if self.threshold is not None:
            positions[means >= self.threshold] = -1
        return self.index.ranking(queries, positions, self.asked)

    def _query_codes(self, queries: ImageSet) -> np.ndarray:  # (n_queries * n_turns, m)
        kinds = self.kinds if self.against == "pairs" else self.kinds[:1]
        codes = [queries.describe(self.asked, kind) for kind in kinds]
        return (np.stack(codes, axis=-1) if self.against == "pairs" else codes[0]).reshape(-1, len(self.codes))

    def _printed(self, turns: np.ndarray) -> np.ndarray:  # (n_turns, m)
        distances = np.bitwise_count(self.codes ^ turns[..., None]).swapaxes(1, 2)  # (n_turns, n_index, m)
        threshold = THRESHOLDS[self.mean] if self.threshold is None else self.threshold
        return printed_ranking(np.fmin.reduce(printed_means(distances, self.mean)), self.index.ids, threshold)
