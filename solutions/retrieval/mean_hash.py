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

`kinds` may also name functions of imagehash or of yours, as in `hash`. `hashes='hashes.csv'` takes the hashes from a
table with a column for each kind, as `landmark data hashes` writes it, and opens no image.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np

from harness import Among, HarnessError, ImageSet, Ranking, Retrieval, TrainingData, list_length
from solutions.hashing.hash_sources import (
    NEED_IMAGES,
    HashSource,
    as_words,
    hash_source,
    require_kinds,
    source_digests,
    table_notes,
)
from solutions.hashing.hashes.codes import Words
from solutions.hashing.hashes.crops import CROPS, CroppedHashes, RotatedCrops
from solutions.hashing.hashes.perceptual import KINDS
from solutions.hashing.hashes.rotations import Rotations, merge_rotations
from solutions.hashing.readable_index import ReadableIndex, pad_lists
from solutions.hashing.search.mean_distance import nearest
from solutions.hashing.search.mean_distance_keys import MAX_HASHES
from solutions.hashing.slide_versions import THRESHOLDS, printed_means, printed_ranking

SETS = Among(("average", "dct", "difference", "wavelet"), ("average", "difference"), ("difference", "vertical"))


@dataclass
class MeanHash(Retrieval):
    mean: Literal["geometric", "harmonic", "arithmetic", "square_root"] = "geometric"
    threshold: float | None = None  # bits (their root for square_root); only images nearer than this are listed
    kinds: Annotated[tuple[str, ...], SETS] = ("average", "dct", "difference", "wavelet")
    against: Literal["pairs", "one_to_many"] = "pairs"
    decode: Literal["full", "reduced"] = "full"  # reduced: faster, 0.2 to 0.8 of 64 bits differ
    upright: bool = False  # apply the EXIF orientation, which imagehash does not
    order: Annotated[Literal["distance", "seed"], Among("distance")] = "distance"  # seed: as printed on the slides
    rotations: Rotations = 1  # rotations of a query, by multiples of 360° / rotations
    flips: bool = False  # mirror images of all rotations, too
    hashes: str | None = None  # a CSV table of hashes by id, in place of the images
    chunk = 1024

    def __post_init__(self) -> None:
        self.kinds = require_kinds(self, self.kinds)
        if not 1 <= len(self.kinds) <= MAX_HASHES:
            raise HarnessError(f"kinds={self.kinds!r:.80}: name from 1 to {MAX_HASHES} kinds of hashes")
        if self.against == "one_to_many" and self.kinds[0] not in KINDS:
            raise HarnessError(f"against='one_to_many' crops for {', '.join(KINDS)}, not for {self.kinds[0]!r:.60}")

    def input_digests(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:  # noqa: ARG002
        return source_digests(self, self.kinds)

    def input_notes(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:
        return table_notes(self, self.kinds, data, queries)

    def fixed_parameters(self) -> Sequence[str]:
        return () if self.hashes is None else NEED_IMAGES

    def fit(self, data: TrainingData) -> None:
        sources = [hash_source(self, kind, self.kinds) for kind in self.kinds]
        self.sources = sources if self.against == "pairs" else [self._crops(sources[0])]
        self.n_orientations = max(each.n_orientations for each in self.sources)
        self.index = ReadableIndex(data.index, sources[0].index)
        codes = [_one_word(as_words(self.index.rows(each.array, each.index)), each.array) for each in self.sources]
        self.codes = np.stack(codes if self.against == "pairs" else codes * CROPS)  # (m, n_index)

    def _crops(self, source: HashSource) -> HashSource:
        if source.n_orientations == 1:
            return replace(source, queries=CroppedHashes(self.decode, self.upright))
        crops = RotatedCrops(self.decode, self.upright, rotations=self.rotations, flips=self.flips)
        return replace(source, queries=crops)

    def rank(self, queries: ImageSet) -> Ranking:
        codes = self._query_codes(queries)
        if self.order == "seed":
            by_query = codes.reshape(-1, self.n_orientations, len(self.codes))
            lists = [self._rank_as_printed(orientations) for orientations in by_query]
            return self.index.ranking(queries, pad_lists(lists), self.sources[0].queries)
        means, positions = merge_rotations(
            *nearest(codes, self.codes, self.mean, list_length(len(self.codes))), self.n_orientations
        )
        if self.threshold is not None:
            positions[means >= self.threshold] = -1
        return self.index.ranking(queries, positions, self.sources[0].queries)

    def _query_codes(self, queries: ImageSet) -> np.ndarray:  # (n_queries * n_orientations, m)
        if self.against == "one_to_many":
            rows = queries.describe(self.sources[0].queries, self.sources[0].array)
            return rows.reshape(-1, len(self.codes))
        times = [self.n_orientations // each.n_orientations for each in self.sources]  # a colour hash has one code
        codes = [each.query_codes(queries)[:, 0] for each in self.sources]
        return np.stack([np.repeat(each, count) for each, count in zip(codes, times, strict=True)], axis=-1)

    def _rank_as_printed(self, orientations: np.ndarray) -> np.ndarray:  # (n_orientations, m)
        differing = self.codes ^ orientations[..., None]
        distances = np.bitwise_count(differing).swapaxes(1, 2)  # (n_orientations, n_index, m)
        threshold = THRESHOLDS[self.mean] if self.threshold is None else self.threshold
        return printed_ranking(np.fmin.reduce(printed_means(distances, self.mean)), self.index.ids, threshold)


def _one_word(codes: Words, name: str) -> np.ndarray:  # (n,)
    if codes.shape[1] > 1:
        raise HarnessError(f"mean_hash compares hashes of at most 64 bits; those of {name!r:.60} have more")
    return codes[:, 0]
