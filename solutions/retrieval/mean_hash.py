"""Rank index images by a mean of the Hamming distances of several 64-bit perceptual hashes.

The second solution of K. E. Odoh's slides "Landmark Retrieval & Recognition" (2018). Geometric and harmonic means are
those of distance + 1, minus 1, so that exact duplicates have distance 0; the slides drop zeros, and so their best
matches. The slides list images nearer than 17.5 (harmonic), 18 (arithmetic) or 4.3 (square root; a mean of roots of
bits) and give no threshold for the geometric mean (ours: 18). mAP@100 never loses by listing more, so there is no
threshold by default. `order='seed'` ranks as the code on the slides: zeros dropped, of the images below the threshold
(that of the slides by default) the hundred *farthest*, farthest first, ties by id.

The slides do not say which hashes are averaged. Ours [reconstruction]: `against='pairs'` compares each kind of hash of
the query with the same kind of the index image. `against='one_to_many'` compares the hashes of five crops of the query
(the whole and its corners) with the hash of the index image, all of the first kind. With `rotations` and `flips`, a
query is hashed in each orientation from one decode, and the smallest distance counts.
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
    decode: Literal["full", "reduced"] = "full"  # reduced: faster, 0.2 to 0.8 of 64 bits differ
    upright: bool = False  # apply the EXIF orientation, which imagehash does not
    order: Annotated[Literal["distance", "seed"], Among("distance")] = "distance"  # seed: as printed on the slides
    rotations: Rotations = 1  # rotations of a query, by multiples of 360° / rotations
    flips: bool = False  # mirror images of all rotations, too
    chunk = 1024

    def fit(self, data: TrainingData) -> None:
        self.hashes = PerceptualHashes(self.decode, self.upright)
        self.n_orientations = self.rotations * (1 + self.flips)
        self.query_hashes = self._query_extractor()
        self.index = ReadableIndex(data.index, self.hashes)
        kinds = self.kinds if self.against == "pairs" else self.kinds[:1] * CROPS
        self.codes = np.stack([self.index.rows(kind) for kind in kinds])  # (m, n_index)

    def _query_extractor(self) -> PerceptualHashes:
        if self.n_orientations == 1:
            return self.hashes if self.against == "pairs" else CroppedHashes(self.decode, self.upright)
        rotated = RotatedHashes if self.against == "pairs" else RotatedCrops
        return rotated(self.decode, self.upright, rotations=self.rotations, flips=self.flips)

    def rank(self, queries: ImageSet) -> Ranking:
        codes = self._query_codes(queries)
        if self.order == "seed":
            by_query = codes.reshape(-1, self.n_orientations, len(self.codes))
            lists = [self._rank_as_printed(orientations) for orientations in by_query]
            return self.index.ranking(queries, pad_lists(lists), self.query_hashes)
        means, positions = merge_rotations(*nearest(codes, self.codes, self.mean, CANDIDATES), self.n_orientations)
        if self.threshold is not None:
            positions[means >= self.threshold] = -1
        return self.index.ranking(queries, positions, self.query_hashes)

    def _query_codes(self, queries: ImageSet) -> np.ndarray:  # (n_queries * n_orientations, m)
        kinds = self.kinds if self.against == "pairs" else self.kinds[:1]
        codes = [queries.describe(self.query_hashes, kind) for kind in kinds]
        return (np.stack(codes, axis=-1) if self.against == "pairs" else codes[0]).reshape(-1, len(self.codes))

    def _rank_as_printed(self, orientations: np.ndarray) -> np.ndarray:  # (n_orientations, m)
        differing = self.codes ^ orientations[..., None]
        distances = np.bitwise_count(differing).swapaxes(1, 2)  # (n_orientations, n_index, m)
        threshold = THRESHOLDS[self.mean] if self.threshold is None else self.threshold
        return printed_ranking(np.fmin.reduce(printed_means(distances, self.mean)), self.index.ids, threshold)
