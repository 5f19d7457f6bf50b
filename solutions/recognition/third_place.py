"""Score landmarks by like photographs and their rarity, and by local descriptors that match and agree in geometry.

VRG Prague, third of the recognition challenge of 2018, told on the deck's slide alone: GeM descriptors as in the
retrieval challenge, nearest neighbours, an "IDF-like norm per class", DELF and ASMK with an inverted file, geometric
verification. How these are put together is a reconstruction: a landmark has the sum of its neighbours' powers of
similarity times its norm, and besides a share of the similarities by ASMK of its images, and of the inliers of its
neighbours. An embedded network stands for theirs, and SIFT for DELF unless told; all numbers were chosen on folds of
train images. What ASMK finds is not verified: where photographs bear watermarks, these are what agrees in geometry.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.ensemble import describe_ensemble
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening
from solutions.landmark_scores.class_scores import (
    ClassScores,
    LandmarkClasses,
    idf,
    power_sum,
    rarity,
    sum_by_landmark,
    sum_votes,
)
from solutions.local.asmk import Asmk
from solutions.local.asmk_searcher import AsmkSearcher
from solutions.local.codebook import codebook_for
from solutions.local.delf_like import DelfLike
from solutions.local.extractor import LocalFeatures
from solutions.local.sift import Sift
from solutions.local.verification import CELL_VERIFICATION, SIFT_VERIFICATION
from solutions.neighbours.exact import nearest
from solutions.neighbours.neighbours import Neighbours

_MATCHED = 20  # images found by ASMK that vote
_MOST = 20  # inliers, of which more count no more


@dataclass
class ThirdPlace(Recognition):
    modules = ("keras", "faiss")
    ladder = (
        Step("GeM, nearest neighbours", {"neighbours": 5, "dims": 0, "norm": "none", "matching": 0, "verified": 0}),
        Step("+ whitening, more neighbours", {"norm": "none", "matching": 0, "verified": 0}),
        Step("+ IDF-like norm", {"matching": 0, "verified": 0}),
        Step("+ ASMK", {"verified": 0}),
        Step("+ geometric verification", {}),
    )

    backbone: str = "lite0"  # in the place of theirs
    side: Annotated[int, Among(384, 512)] = 384  # pixels of the longer side
    dims: Annotated[int, Among(128, 256, 512)] = 256  # of the whitened descriptor; 0 leaves it as it is
    neighbours: Annotated[int, Span(3, 50)] = 20  # train images that vote by their descriptors
    power: Annotated[float, Span(1, 12)] = 3.0  # of a similarity: the higher, the more the nearest ones count
    norm: Literal["idf", "rarity", "none"] = "idf"  # ln(N / n) of a landmark with n of N train images, or n^-beta
    beta: Annotated[float, Span(0, 1)] = 0.5  # of norm='rarity'
    local: Annotated[Literal["sift", "delf"], Among("sift")] = "sift"  # local descriptors
    words: Annotated[int, Among(2048, 8192)] = 2048  # of the codebook; theirs are not told, 65536 are usual
    matching: Annotated[float, Span(0, 30)] = 10.0  # what a similarity by ASMK of 1 counts; 0 leaves ASMK out
    verified: Annotated[int, Among(0, 10, 20)] = 10  # neighbours that are verified by geometry
    inliers: Annotated[float, Span(0, 2)] = 0.2  # what 20 inliers count, and more of them

    def fit(self, data: TrainingData) -> None:
        self.views = (MultiscaleExtractor(self.backbone, self.side, ("gem_2", "rgem")),)
        train = describe_ensemble(data.train, self.views)
        self.whitening = learn_pca_whitening(data.train, train, self.dims) if self.dims else None
        self.train = self._whitened(train)
        self.classes = LandmarkClasses.from_labels(data.labels)
        self.norms = {"idf": idf(self.classes), "rarity": rarity(self.classes, self.beta), "none": None}[self.norm]
        if self.matching or self.verified:
            extractor = Sift() if self.local == "sift" else DelfLike().fit(data.train)
            self.features = LocalFeatures.from_images(data.train, extractor)
        if self.matching:
            codebook = codebook_for(data.train, extractor, self.words, data.seed)
            self.searcher = AsmkSearcher.build(data.train, extractor, codebook, Asmk())

    def recognise(self, queries: ImageSet) -> Labelling:
        found = nearest(self._whitened(describe_ensemble(queries, self.views)), self.train, self.neighbours)
        scores = power_sum(found, self.classes, self.power, norm=self.norms)
        if self.matching:
            matched = self.searcher.search(queries, _MATCHED)
            scores = _together(
                scores, sum_votes(matched, self.classes, self.matching * np.maximum(matched.similarities, 0))
            )
        if self.verified:
            first = Neighbours(found.positions[:, : self.verified], found.similarities[:, : self.verified])
            scores = _together(scores, sum_votes(first, self.classes, self.inliers * self._agreeing(queries, first)))
        return Labelling.of(*scores.best, queries.ids)

    def _agreeing(self, queries: ImageSet, found: Neighbours) -> np.ndarray:
        """Return the inliers of images found `(n_queries, any)`, from 0 to 1."""
        features = LocalFeatures.from_images(queries, self.features.extractor)
        verification = SIFT_VERIFICATION if self.local == "sift" else CELL_VERIFICATION
        n_inliers = verification.count_inliers(features, self.features, found.positions)
        return np.asarray(np.clip(n_inliers, 0, _MOST) / _MOST)

    def _whitened(self, rows: np.ndarray) -> np.ndarray:
        return self.whitening(rows) if self.whitening else rows


def _together(one: ClassScores, other: ClassScores) -> ClassScores:
    """Return the sums of both scores of each landmark."""
    classes, confidences = (
        np.hstack([getattr(each, name) for each in (one, other)]) for name in ("classes", "confidences")
    )
    return sum_by_landmark(one.landmarks, classes, np.where(classes >= 0, confidences, 0))
