"""Name the landmark that a softmax over a network's descriptors finds likeliest; none where it is in doubt.

K. E. Odoh's own recogniser of 2018, with its entropy rule. It trained the upper blocks of InceptionV3, which is
softmax_entropy(head='dense', frozen=249, backbone='InceptionV3', side=224); a logistic regression on the descriptors of
a network as it is does better on few images. The threshold of doubt is not set by hand: train images are held out in
turn, some landmarks altogether as images of nothing that is known, and the threshold is the one that gives the best GAP
there. A network is trained as many epochs as gave the best GAP there, too.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from scipy.special import softmax

from harness import Among, HarnessError, ImageSet, Labelling, Recognition, Span, TrainingData
from solutions.descriptors.extractors.square import Frame, SquareExtractor
from solutions.descriptors.normalisation import l2_normalise
from solutions.training.classifier import Classifier, ClassifierConfig
from solutions.training.holdout import HoldoutRound
from solutions.training.logistic_head import WEIGHT_DECAY, describe_concatenated
from solutions.training.rejection import RejectionRule, best_threshold, rejection_score
from solutions.training.sampling import PER_LANDMARK
from solutions.training.settings import RATE, SoftmaxHead, TrainingConfig

TOLERANCE = 0.01  # GAP given up on held-out images to refuse less: the final head has seen more, and doubts less


@dataclass
class SoftmaxEntropy(Recognition):
    modules = ("keras",)

    rule: RejectionRule = "entropy"  # how doubt is measured
    threshold: Annotated[float | None, Span(0.05, 4)] = None  # doubt beyond which nothing is answered; None finds it
    confidence: Literal["probability", "scaled"] = "scaled"  # the highest probability p, or p (1 - entropy / ln k)
    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    weights: str | None = "imagenet"  # or a file, or None for drawn ones
    side: Annotated[int, Among(224, 320)] = 320  # pixels of the network's square; by folds better than its own 224
    frame: Frame = "crop"  # the middle of the photograph, or all of it
    weight_decay: Annotated[float, Span(1e-5, 1e-1, log=True)] = WEIGHT_DECAY  # keeps the weights small
    balance: Annotated[float, Span(0, 1)] = 0.0  # 0 counts images, 1 counts landmarks
    head: Annotated[SoftmaxHead, Among("logistic")] = (
        "logistic"  # a logistic regression, or what is taught to a network
    )
    frozen: int | None = None  # lowest layers of the network that stay as they are; None: all of them
    augment: Annotated[bool, Among(True)] = True  # where layers are trained: cuts, mirror images and other light
    epochs: int = 40  # of a network, at most
    rate: float = RATE  # of the head's first steps; layers of the network take a tenth of it
    per_landmark: int = PER_LANDMARK  # images that a network learns from, at most

    def __post_init__(self) -> None:
        self._training(0)
        if self.rule == "energy" and self.head == "hierarchical":
            raise HarnessError(
                "rule='energy' is the same for all images under head='hierarchical'; choose another rule"
            )

    def fit(self, data: TrainingData) -> None:
        self.features = SquareExtractor(self.backbone, self.side, weights=self.weights, frame=self.frame)
        self.train = self._descriptors(data.train) if self.rule == "distance" else None
        self.limit, course = self._found(data, ClassifierConfig(self.features, self._training(data.seed)))
        self.classifier = course.train(data)

    def recognise(self, queries: ImageSet) -> Labelling:
        landmarks, confidence, doubts = self._answers(self.classifier, queries, self.train)
        return Labelling.of(landmarks, np.where(doubts <= self.limit, confidence, np.nan), queries.ids)

    def several(self, queries: ImageSet, above: float = 0.3) -> list[dict[int, float]]:
        """Return of each query the landmarks whose probability is above a threshold, the likeliest first.

        A submission takes one landmark a query, so this is for your own use; threshold and doubt are left out of it.
        """
        probabilities = np.nan_to_num(softmax(self.classifier.logits(queries), axis=1))
        order = np.argsort(-probabilities, axis=1, kind="stable")
        known = self.classifier.landmarks
        return [
            {int(known[place]): float(row[place]) for place in best if row[place] > above}
            for row, best in zip(probabilities, order, strict=True)
        ]

    def _training(self, seed: int) -> TrainingConfig:
        return TrainingConfig(
            head=self.head,
            frozen=self.frozen,
            augment=self.augment,
            epochs=self.epochs,
            per_landmark=self.per_landmark,
            weight_decay=self.weight_decay,
            balance=self.balance,
            rate=self.rate,
            seed=seed,
        )

    def _found(self, data: TrainingData, course: ClassifierConfig) -> tuple[float, ClassifierConfig]:
        """Return the threshold that gives the best GAP on train images that were held out, and the course to take."""
        if self.threshold is not None:
            return self.threshold, course
        rounds = list(course.cross_validate(data))
        if not rounds:
            return np.inf, course
        tried = [self._tried(data, *each) for each in rounds]
        doubts, right, known, confidence = map(np.concatenate, zip(*tried, strict=True))
        found = best_threshold(doubts, right, known, confidence, TOLERANCE)
        return found, course.with_epochs_of([classifier for _, classifier in rounds])

    def _tried(self, data: TrainingData, each: HoldoutRound, classifier: Classifier) -> tuple[np.ndarray, ...]:
        """Return doubt, whether the answer is right, whether it could be, and confidence of each image asked."""
        train = None if self.train is None else self.train[each.train]
        landmarks, confidence, doubts = self._answers(classifier, data.train[each.validation], train)
        read = ~np.isnan(confidence)
        right = landmarks == data.labels[each.validation]
        return doubts[read], right[read], each.is_known[read], confidence[read]

    def _answers(
        self, classifier: Classifier, images: ImageSet, train: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return landmark, confidence and doubt of each image `(n,)`."""
        logits = classifier.logits(images)
        likely = softmax(logits, axis=1).max(axis=1)
        entropy = rejection_score(logits, "entropy") / np.log(logits.shape[1])
        nearest = None if train is None else (self._descriptors(images) @ train.T).max(axis=1)
        doubts = rejection_score(logits, self.rule, nearest)
        confidence = likely if self.confidence == "probability" else likely * (1 - entropy)
        best = np.nan_to_num(logits, nan=-np.inf).argmax(axis=1)
        return classifier.landmarks[best], confidence.round(9), doubts.round(9)

    def _descriptors(self, images: ImageSet) -> np.ndarray:
        return l2_normalise(describe_concatenated(images, self.features))
