"""Score landmarks by nearest neighbours, an IDF-like norm, ASMK of local descriptors, and geometric verification.

VRG Prague, third place of the recognition challenge of 2018. Only the slides describe it: GeM descriptors as in the
retrieval challenge, nearest neighbours, an "IDF-like norm per class", DELF and ASMK with an inverted file, geometric
verification. Their combination is a reconstruction: a landmark's score is the sum of powers of its neighbours'
similarities times its norm, plus weighted ASMK similarities of its images, plus weighted inliers of its neighbours. A
pretrained network replaces theirs, and SIFT replaces DELF by default; all numbers were chosen by cross-validation.
Images found by ASMK are not verified, because watermarks agree in geometry.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.ensemble import describe_ensemble, with_precision
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening, whiten
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
_MAX_INLIERS = 20  # more do not increase the score


@dataclass
class ThirdPlace(Recognition):
    ablation_steps = (
        Step("GeM, nearest neighbours", {"neighbours": 5, "dims": 0, "norm": "none", "matching": 0, "verified": 0}),
        Step("+ whitening, more neighbours", {"norm": "none", "matching": 0, "verified": 0}),
        Step("+ IDF-like norm", {"matching": 0, "verified": 0}),
        Step("+ ASMK", {"verified": 0}),
        Step("+ geometric verification", {}),
    )

    backbone: str = "lite0"  # replaces theirs
    side: Annotated[int, Among(384, 512)] = 384  # pixels of the longer side
    dims: Annotated[int, Among(128, 256, 512)] = 256  # of the whitened descriptor; 0: no whitening
    neighbours: Annotated[int, Span(3, 50)] = 20  # nearest train images that vote
    power: Annotated[float, Span(1, 12)] = 3.0  # of a similarity; a higher power favours the nearest
    norm: Literal["idf", "rarity", "none"] = "idf"  # ln(N / n) of a landmark with n of N train images, or n^-beta
    beta: Annotated[float, Span(0, 1)] = 0.5  # of norm='rarity'
    local: Annotated[Literal["sift", "delf"], Among("sift")] = "sift"  # local descriptors
    words: Annotated[int, Among(2048, 8192)] = 2048  # of the codebook; theirs are unknown, 65536 are usual
    matching: Annotated[float, Span(0, 30)] = 10.0  # weight of an ASMK similarity; 0: no ASMK
    verified: Annotated[int, Among(0, 10, 20)] = 10  # neighbours that are geometrically verified
    inliers: Annotated[float, Span(0, 2)] = 0.2  # weight of 20 or more inliers
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        views = MultiscaleExtractor(self.backbone, self.side, ("gem_2", "rgem"), preprocessing=self.preprocessing)
        self.views = with_precision((views,), self.precision)
        train = describe_ensemble(data.train, self.views)
        self.whitening = learn_pca_whitening(data.train, train, self.dims) if self.dims else None
        self.train = whiten(train, self.whitening)
        self.classes = LandmarkClasses.from_labels(data.labels)
        self.norms = {"idf": idf(self.classes), "rarity": rarity(self.classes, self.beta), "none": None}[self.norm]
        if self.matching or self.verified:
            self._fit_local(data)

    def _fit_local(self, data: TrainingData) -> None:
        extractor = Sift() if self.local == "sift" else DelfLike().fit(data.train)
        self.features = LocalFeatures.from_images(data.train, extractor)
        if self.matching:
            codebook = codebook_for(data.train, extractor, self.words, data.seed)
            self.searcher = AsmkSearcher.build(data.train, extractor, codebook, Asmk())

    def recognise(self, queries: ImageSet) -> Labelling:
        neighbours = nearest(
            whiten(describe_ensemble(queries, self.views), self.whitening), self.train, self.neighbours
        )
        scores = power_sum(neighbours, self.classes, self.power, norm=self.norms)
        if self.matching:
            matched = self.searcher.search(queries, _MATCHED)
            votes = self.matching * np.maximum(matched.similarities, 0)
            scores = _add(scores, sum_votes(matched, self.classes, votes))
        if self.verified:
            first = Neighbours(neighbours.positions[:, : self.verified], neighbours.similarities[:, : self.verified])
            scores = _add(scores, sum_votes(first, self.classes, self.inliers * self._inlier_share(queries, first)))
        return Labelling.of(*scores.best, queries.ids)

    def _inlier_share(self, queries: ImageSet, neighbours: Neighbours) -> np.ndarray:
        """Return the inliers of each neighbour `(n_queries, k)` divided by 20, at most 1."""
        features = LocalFeatures.from_images(queries, self.features.extractor)
        verification = SIFT_VERIFICATION if self.local == "sift" else CELL_VERIFICATION
        n_inliers = verification.count_inliers(features, self.features, neighbours.positions)
        return np.asarray(np.clip(n_inliers, 0, _MAX_INLIERS) / _MAX_INLIERS)


def _add(one: ClassScores, other: ClassScores) -> ClassScores:
    """Return the sum of both scores for each landmark."""
    classes, confidences = (
        np.hstack([getattr(part, name) for part in (one, other)]) for name in ("classes", "confidences")
    )
    return sum_by_landmark(one.landmarks, classes, np.where(classes >= 0, confidences, 0))
