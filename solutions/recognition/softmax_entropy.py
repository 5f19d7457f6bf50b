"""Name the landmark that a softmax over a network's descriptors finds likeliest; none where it is in doubt.

K. E. Odoh's own recogniser of 2018, with its entropy rule, on frozen descriptors. The threshold of doubt is not set by
hand: train images are held out in turn, some landmarks altogether as images of nothing that is known, and the threshold
is the one that gives the best GAP there.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import softmax

from harness import ImageSet, Labelling, Recognition, TrainingData
from solutions.descriptors.features import Features, Frame
from solutions.descriptors.pooling import unit
from solutions.training.doubt import Rule, best_threshold, doubt
from solutions.training.head import WEIGHT_DECAY, Head, described, trained_head
from solutions.training.holdout import Round, held_out

TOLERANCE = 0.01  # GAP given up on held-out images to refuse less: the final head has seen more, and doubts less


@dataclass
class SoftmaxEntropy(Recognition):
    modules = ("keras",)

    rule: Rule = "entropy"  # how doubt is measured
    threshold: float | None = None  # doubt beyond which nothing is answered; None finds it on held-out images
    confidence: Literal["probability", "scaled"] = "scaled"  # the highest probability p, or p (1 - entropy / ln k)
    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    weights: str | None = "imagenet"  # or a file, or None for drawn ones
    side: int = 320  # pixels of the square that the network is given; by folds better than the 224 it learnt from
    frame: Frame = "crop"  # the middle of the photograph, or all of it
    weight_decay: float = WEIGHT_DECAY  # keeps the weights small
    balance: float = 0.0  # 0 counts images, 1 counts landmarks

    def fit(self, data: TrainingData) -> None:
        self.features = Features(self.backbone, self.side, weights=self.weights, frame=self.frame)
        self.train = self._descriptors(data.train) if self.rule == "distance" else None
        self.limit = self._found(data) if self.threshold is None else self.threshold
        self.head = self._trained(data.train, data.labels)

    def recognise(self, queries: ImageSet) -> Labelling:
        landmarks, confidence, doubts = self._answers(self.head, queries, self.train)
        return Labelling.of(landmarks, np.where(doubts <= self.limit, confidence, np.nan), queries.ids)

    def _found(self, data: TrainingData) -> float:
        """Return the threshold that gives the best GAP on train images that were held out, in rounds."""
        tried = [self._tried(data, each) for each in held_out(data.train.ids, data.labels, data.seed)]
        if not tried:
            return np.inf
        doubts, right, known, confidence = map(np.concatenate, zip(*tried, strict=True))
        return best_threshold(doubts, right, known, confidence, TOLERANCE)

    def _tried(self, data: TrainingData, each: Round) -> tuple[np.ndarray, ...]:
        """Return doubt, whether the answer is right, whether it could be, and confidence of each image asked."""
        head = self._trained(data.train[each.kept], data.labels[each.kept])
        train = None if self.train is None else self.train[each.kept]
        landmarks, confidence, doubts = self._answers(head, data.train[each.asked], train)
        read = ~np.isnan(confidence)
        right = landmarks == data.labels[each.asked]
        return doubts[read], right[read], each.known[read], confidence[read]

    def _answers(
        self, head: Head, images: ImageSet, train: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return landmark, confidence and doubt of each image `(n,)`."""
        logits = head.logits(images)
        likely = softmax(logits, axis=1).max(axis=1)
        entropy = doubt(logits, "entropy") / np.log(logits.shape[1])
        nearest = None if train is None else (self._descriptors(images) @ train.T).max(axis=1)
        doubts = doubt(logits, self.rule, nearest)
        confidence = likely if self.confidence == "probability" else likely * (1 - entropy)
        best = np.nan_to_num(logits, nan=-np.inf).argmax(axis=1)
        return head.landmarks[best], confidence.round(9), doubts.round(9)

    def _trained(self, images: ImageSet, labels: np.ndarray) -> Head:
        return trained_head(images, labels, self.features, self.weight_decay, self.balance)

    def _descriptors(self, images: ImageSet) -> np.ndarray:
        return unit(described(images, self.features))
