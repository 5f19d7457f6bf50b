"""Rank index images by how many bright and dark segments of the query they show, hashed one by one.

imagehash's crop_resistant_hash, bit for bit at full decode, and its comparison: a segment of the query matches where
the index image has one within a quarter of the 64 bits; the more match, the better, and of equally many the nearer ones
on average. Equally good images, and all that match nowhere, keep the order of the index.

After "Efficient Cropping-Resistant Robust Image Hashing", M. Steinebach, H. Liu and Y. Yannikos, 2014.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ragged, Ranking, Retrieval, TrainingData
from solutions.hashing.blockwise_ranking import rank_in_blocks
from solutions.hashing.hashes.segments import SegmentHashes
from solutions.hashing.matching.segment_matches import segment_matches


@dataclass
class CropResistantHash(Retrieval):
    segments: Annotated[int | None, Among(None, 4, 8, 16)] = None  # of an image, the largest; all by default
    decode: Literal["full", "reduced"] = "full"  # reduced: both sides keep 600 pixels, several times faster
    upright: bool = False  # turn images by their EXIF orientation first, which imagehash does not
    chunk = 1024

    def __post_init__(self) -> None:
        if self.segments is not None and self.segments < 1:
            raise ValueError(f"segments={self.segments} leaves nothing to compare; keep 1 or more")

    def fit(self, data: TrainingData) -> None:
        self.hashes = SegmentHashes(self.decode, self.upright, self.segments)
        self.index = data.index
        self.codes = data.index.describe_ragged(self.hashes)
        self.broken = data.index.undecodable(self.hashes)

    def rank(self, queries: ImageSet) -> Ranking:
        codes, broken = queries.describe_ragged(self.hashes), queries.undecodable(self.hashes)

        def similarity(some: slice) -> np.ndarray:
            others = Ragged(self.codes.rows, self.codes.starts[some], self.codes.ends[some])
            unreadable = broken[:, None] | self.broken[some]
            return np.where(unreadable, np.nan, segment_matches(codes, others))

        return rank_in_blocks(queries, self.index.ids, similarity)
