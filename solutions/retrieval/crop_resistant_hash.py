"""Rank index images by the number of matching segments, which are hashed separately (crop-resistant hash).

imagehash's crop_resistant_hash, bit for bit at full decode, and its comparison: a segment of the query matches if the
index image has a segment within a quarter of the 64 bits. More matches rank higher, then a smaller mean distance. Ties,
and images without a match, keep the order of the index.

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
    segments: Annotated[int | None, Among(None, 4, 8, 16)] = None  # number of largest segments of an image; None: all
    decode: Literal["full", "reduced"] = "full"  # reduced: both sides keep 600 pixels, several times faster
    upright: bool = False  # turn images by their EXIF orientation first, which imagehash does not
    chunk = 1024

    def __post_init__(self) -> None:
        if self.segments is not None and self.segments < 1:
            raise ValueError(f"segments={self.segments} leaves nothing to compare; choose 1 or more")

    def fit(self, data: TrainingData) -> None:
        self.hashes = SegmentHashes(self.decode, self.upright, most=self.segments)
        self.index = data.index
        self.codes = data.index.describe_ragged(self.hashes)
        self.unreadable = data.index.undecodable(self.hashes)

    def rank(self, queries: ImageSet) -> Ranking:
        codes, unreadable = queries.describe_ragged(self.hashes), queries.undecodable(self.hashes)

        def similarity(block: slice) -> np.ndarray:
            others = Ragged(self.codes.rows, self.codes.starts[block], self.codes.ends[block])
            is_missing = unreadable[:, None] | self.unreadable[block]
            return np.where(is_missing, np.nan, segment_matches(codes, others))

        return rank_in_blocks(queries, self.index.ids, similarity)
