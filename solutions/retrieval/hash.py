"""Rank index images by the Hamming distance of a perceptual hash, of 64 bits by default.

The first solution of K. E. Odoh's slides "Landmark Retrieval & Recognition" (2018): nearest first, ties in the order of
the index. The slides list images nearer than 12 bits; mAP@100 never loses by listing more, so there is no threshold by
default. `order='seed'` ranks as the code on the slides: of the images below the threshold (12 by default) the hundred
*farthest*, farthest first, ties by id.

The kinds are imagehash's average_hash, phash, dhash, dhash_vertical, whash and colorhash (42 bits), bit for bit at full
decode; their names in imagehash are accepted, too. `kind='phash_simple'` calls another function of imagehash, and
`kind='module:function'` one of yours. `hashes='hashes.csv'` takes the hashes from a table, as `landmark data hashes`
writes it, and opens no image; `kind` then names a column. With `rotations` and `flips`, a query is hashed in each
orientation from one decode, and the smallest distance counts; the colour hash does not depend on the orientation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, TrainingData, list_length
from solutions.hashing.hash_sources import (
    NEED_IMAGES,
    as_words,
    hash_source,
    require_kinds,
    source_digests,
    table_notes,
)
from solutions.hashing.hashes.perceptual import SIDE
from solutions.hashing.hashes.rotations import Rotations, merge_rotations
from solutions.hashing.readable_index import ReadableIndex, pad_lists
from solutions.hashing.search.wide_codes import distances_between, nearest
from solutions.hashing.slide_versions import SINGLE_THRESHOLD, printed_ranking

Kind = Annotated[str, Among("average", "dct", "difference", "vertical", "wavelet", "colour")]


@dataclass
class Hash(Retrieval):
    kind: Kind = "average"  # also a function of imagehash, module:function, or a column of the table `hashes`
    threshold: int | None = None  # bits; only images nearer than this are listed
    decode: Literal["full", "reduced"] = "full"  # reduced: faster, 0.2 to 0.8 of 64 bits differ
    upright: bool = False  # apply the EXIF orientation, which imagehash does not
    order: Annotated[Literal["distance", "seed"], Among("distance")] = "distance"  # seed: as printed on the slides
    rotations: Rotations = 1  # rotations of a query, by multiples of 360° / rotations
    flips: bool = False  # mirror images of all rotations, too
    hash_size: Annotated[int, Among(SIDE)] = SIDE  # rows and columns of bits, as in imagehash
    hashes: str | None = None  # a CSV table of hashes by id, in place of the images
    chunk = 2048

    def __post_init__(self) -> None:
        (self.kind,) = require_kinds(self, [self.kind])

    def input_digests(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:  # noqa: ARG002
        return source_digests(self, [self.kind])

    def input_notes(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:
        return table_notes(self, [self.kind], data, queries)

    def fixed_parameters(self) -> Sequence[str]:
        return () if self.hashes is None else NEED_IMAGES

    def fit(self, data: TrainingData) -> None:
        self.source = hash_source(self, self.kind, [self.kind])
        self.index = ReadableIndex(data.index, self.source.index)
        self.codes = as_words(self.index.rows(self.source.array))

    def rank(self, queries: ImageSet) -> Ranking:
        codes, n_orientations = self.source.query_codes(queries), self.source.n_orientations
        if self.order == "seed":
            by_query = codes.reshape(len(queries), n_orientations, codes.shape[1])
            lists = [self._rank_as_printed(orientations) for orientations in by_query]
            return self.index.ranking(queries, pad_lists(lists), self.source.queries)
        distances, positions = merge_rotations(
            *nearest(codes, self.codes, list_length(len(self.codes))), n_orientations
        )
        if self.threshold is not None:
            positions[distances >= self.threshold] = -1
        return self.index.ranking(queries, positions, self.source.queries)

    def _rank_as_printed(self, orientations: np.ndarray) -> np.ndarray:  # (n_orientations, words)
        threshold = SINGLE_THRESHOLD if self.threshold is None else self.threshold
        return printed_ranking(distances_between(orientations, self.codes).min(axis=0), self.index.ids, threshold)
