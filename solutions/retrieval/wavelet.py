"""Rank index images by the wavelet coefficients of their colours.

`kind='largest'` is fast multiresolution image querying: the signs and positions of the largest Haar coefficients of Y,
I and Q, with higher weights for coarse scales, and the averages. Decomposition, weights (of scanned pictures) and bins
are those of the paper, the weights as in several programs. Ours [reconstruction] are the ranges of the channels, 0 to 1
in luminance, and the number of coefficients: 60 in the paper, 160 by cross-validation. `kind='energies'`
[reconstruction; the slides "Landmark Retrieval & Recognition" (K. E. Odoh, 2018) name wavelets but no descriptor] is
the mean magnitude and standard deviation of each sub-band of Y, I and Q, standardised over the index and compared by
cosine.

Source: "Fast Multiresolution Image Querying", C. E. Jacobs, A. Finkelstein and D. H. Salesin, 1995.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData
from solutions.hashing.blockwise_ranking import rank_in_blocks
from solutions.hashing.hashes.wavelets import LargestWavelets, WaveletEnergies, max_levels
from solutions.hashing.matching.cosine import Standardisation, cosine_similarities
from solutions.hashing.matching.wavelet_matches import wavelet_matches


@dataclass
class Wavelet(Retrieval):
    kind: Literal["largest", "energies"] = "largest"
    side: Annotated[int, Among(64, 128, 256)] = 128  # pixels of the square that images are resized to, a power of two
    largest: Annotated[int, Span(20, 640, log=True)] = 160  # coefficients of each channel (kind='largest')
    wavelet: Literal["haar", "db2", "db4", "bior2.2"] = "db4"  # of the energies, as PyWavelets names them
    levels: Annotated[int, Span(2, 6)] = 4  # of the energies: each halves the side
    chunk = 1024

    def __post_init__(self) -> None:
        if self.side < 8 or self.side & (self.side - 1):
            raise ValueError(f"side={self.side} must be a power of two, at least 8")
        if self.kind == "largest" and not 1 <= self.largest < self.side**2:
            raise ValueError(f"largest={self.largest} must be from 1 to {self.side**2 - 1}")
        if self.kind == "energies" and not 1 <= self.levels <= max_levels(self.side, self.wavelet):
            most = max_levels(self.side, self.wavelet)
            raise ValueError(f"levels={self.levels} must be from 1 to {most} for {self.wavelet} at this side")

    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        if self.kind == "largest":
            self.coefficients = LargestWavelets(self.side, self.largest)
            self.averages, self.terms = self._coefficients(data.index)
        else:
            self.energies = WaveletEnergies(self.side, self.wavelet, self.levels)
            self.rows = data.index.describe(self.energies)
            self.standard = Standardisation.fit(self.rows, spread=True)

    def rank(self, queries: ImageSet) -> Ranking:
        return (self._by_largest if self.kind == "largest" else self._by_energies)(queries)

    def _by_largest(self, queries: ImageSet) -> Ranking:
        averages, terms = self._coefficients(queries)

        def similarity(block: slice) -> np.ndarray:
            return wavelet_matches(averages, terms, self.averages[block], self.terms[block], self.side)

        return rank_in_blocks(queries, self.index.ids, similarity)

    def _coefficients(self, images: ImageSet) -> tuple[np.ndarray, np.ndarray]:
        return images.describe(self.coefficients, "averages"), images.describe(self.coefficients, "terms")

    def _by_energies(self, queries: ImageSet) -> Ranking:
        rows = queries.describe(self.energies)
        return rank_in_blocks(
            queries, self.index.ids, lambda block: cosine_similarities(rows, self.rows[block], self.standard)
        )
