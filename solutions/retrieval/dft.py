"""Rank index images by the cosine of their Fourier log-magnitudes.

The deck "Landmark Retrieval & Recognition" (K. E. Odoh, 2018) names the discrete Fourier transform and no descriptor;
this one is ours [reconstruction], after common practice: grey, shrunk to a square, the mean taken off, faded to the
borders, ln(1 + magnitude). From an image's numbers their mean is taken off, which is its contrast, then the mean over
the index, and what remains is brought to length 1. Shifts change little, turns by 180 degrees nothing, and to
`kind='rings'` turns by 90 degrees neither.

Parameters were chosen on folds of train images, where `side=128` is better than 64, which is faster.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData
from solutions.hashing.blockwise_ranking import rank_in_blocks
from solutions.hashing.hashes.fourier import FourierSpectra
from solutions.hashing.matching.cosine import Standardisation, cosine_similarities


@dataclass
class Dft(Retrieval):
    kind: Literal["block", "polar", "rings"] = "polar"  # low frequencies; rings cut into sectors; rings
    side: Annotated[int, Among(32, 64, 128)] = 64  # pixels of the square that images are shrunk to
    frequencies: Annotated[int, Span(4, 24)] = 16  # of a block: cycles per image, down and to the right
    rings: Annotated[int, Span(4, 32)] = 16  # of frequency, from 0 to half the side in cycles per image
    sectors: Annotated[int, Span(4, 32)] = 16  # of direction, in 180 degrees
    window: bool = True  # fade images to their borders (Hann)
    chunk = 1024

    def __post_init__(self) -> None:
        if min(self.side // 2 - self.frequencies, self.frequencies, self.rings, self.sectors) < 1:
            raise ValueError("side must be more than twice frequencies, and frequencies, rings and sectors 1 or more")

    def fit(self, data: TrainingData) -> None:
        self.spectra = FourierSpectra(self.side, self.frequencies, self.rings, self.sectors, self.window)
        self.index = data.index
        self.rows = data.index.describe(self.spectra, self.kind)
        self.standard = Standardisation.fit(self.rows, spread=False)

    def rank(self, queries: ImageSet) -> Ranking:
        rows = queries.describe(self.spectra, self.kind)
        return rank_in_blocks(
            queries, self.index.ids, lambda some: cosine_similarities(rows, self.rows[some], self.standard)
        )
