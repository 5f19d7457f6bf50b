"""Rank index images by the cosine of their Fourier log-magnitudes.

The slides "Landmark Retrieval & Recognition" (K. E. Odoh, 2018) name the discrete Fourier transform but no descriptor;
this one is ours [reconstruction], after common practice: grey, resized to a square, centred, windowed, ln(1 +
magnitude). From the descriptor its own mean, which is the contrast, and the mean over the index are subtracted; then it
is L2-normalised. Shifts change little, rotations by 180 degrees nothing; `kind='rings'` also ignores rotations by 90
degrees.

Parameters were chosen by cross-validation, where `side=128` is better than 64, which is faster.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from harness import Among, ImageSet, Ranking, Retrieval, Span, TrainingData
from solutions.hashing.blockwise_ranking import rank_in_blocks
from solutions.hashing.hashes.fourier import FourierSpectra
from solutions.hashing.matching.cosine import Standardisation, cosine_similarities


@dataclass
class Dft(Retrieval):
    kind: Literal["block", "polar", "rings"] = "polar"  # low frequencies; sectors of rings; rings
    side: Annotated[int, Among(32, 64, 128)] = 64  # pixels of the square that images are resized to
    frequencies: Annotated[int, Span(4, 24)] = 16  # of a block: cycles per image, down and to the right
    rings: Annotated[int, Span(4, 32)] = 16  # bins of frequency, from 0 to side / 2 cycles per image
    sectors: Annotated[int, Span(4, 32)] = 16  # bins of direction, over 180 degrees
    window: bool = True  # Hann window
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
            queries, self.index.ids, lambda block: cosine_similarities(rows, self.rows[block], self.standard)
        )
