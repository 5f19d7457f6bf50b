"""Answer the most probable landmark of a softmax on a network's descriptors; reject uncertain queries.

K. E. Odoh's own recogniser of 2018, with its entropy rule. It trained the upper blocks of InceptionV3, as
docs/inception.md explains. With few images, a logistic regression on the descriptors of a pretrained network is better.
The rejection threshold is the one with the best GAP in cross-validation, in which some landmarks are held out entirely.
A network is trained for the number of epochs that was best in cross-validation.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from scipy.special import softmax

from harness import Among, HarnessError, ImageSet, Labelling, Recognition, Span, TrainingData
from solutions.descriptors.extractors.framing import Frame
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.descriptors.normalisation import l2_normalise
from solutions.training.classifier import Classifier, ClassifierConfig
from solutions.training.holdout import HoldoutRound
from solutions.training.logistic_head import WEIGHT_DECAY, describe_concatenated
from solutions.training.rejection import RejectionRule, best_threshold, rejection_score
from solutions.training.sampling import PER_LANDMARK
from solutions.training.settings import RATE, SoftmaxHead, TrainingConfig

TOLERANCE = 0.01  # loss of GAP in cross-validation accepted to reject less: the final head has more train images


@dataclass
class SoftmaxEntropy(Recognition):
    rule: RejectionRule = "entropy"  # measure of uncertainty
    threshold: Annotated[float | None, Span(0.05, 4)] = None  # uncertainty to reject; None: chosen
    confidence: Literal["probability", "scaled"] = "scaled"  # the highest probability p, or p (1 - entropy / ln k)
    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    weights: str | None = "imagenet"  # or a file, or None for random ones
    side: Annotated[int, Among(224, 320)] = 320  # pixels of the network's square; better in cross-validation than 224
    frame: Frame | None = None  # the middle of the photograph, or all of it squashed; None: the network's own, or crop
    preprocessing: str | None = None  # of pixels, such as 'imagenet', see docs/models.md; None: the network's own
    weight_decay: Annotated[float, Span(1e-5, 1e-1, log=True)] = WEIGHT_DECAY  # L2 penalty of the weights
    balance: Annotated[float, Span(0, 1)] = 0.0  # 0 weights images equally, 1 landmarks
    head: Annotated[SoftmaxHead, Among("logistic")] = "logistic"  # a regression, or the head of a trained network
    frozen: int | None = None  # number of lowest layers that are not trained; None: all
    augment: Annotated[bool, Among(True)] = True  # if layers are trained: random crops, mirror images and light
    epochs: int = 40  # of a network, at most
    rate: float = RATE  # initial step size of the head; a tenth of it for other layers
    per_landmark: int = PER_LANDMARK  # images that a network is trained on, at most
    precision: Precision = "float32"  # of describing; bf16 is faster where the processor has it, and less exact

    def __post_init__(self) -> None:
        TrainingConfig.of_solution(self, 0)
        if self.rule == "energy" and self.head == "hierarchical":
            raise HarnessError(
                "rule='energy' is the same for all images under head='hierarchical'; choose another rule"
            )

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        self.features = SquareExtractor(
            self.backbone,
            self.side,
            weights=self.weights,
            frame=self.frame,
            preprocessing=self.preprocessing,
            precision=self.precision,
        )
        self.train = self._descriptors(data.train) if self.rule == "distance" else None
        self.limit, config = self._cross_validate(
            data, ClassifierConfig(self.features, TrainingConfig.of_solution(self, data.seed))
        )
        self.classifier = config.train(data)

    def recognise(self, queries: ImageSet) -> Labelling:
        landmarks, confidence, scores = self._predict(self.classifier, queries, self.train)
        return Labelling.of(landmarks, np.where(scores <= self.limit, confidence, np.nan), queries.ids)

    def several(self, queries: ImageSet, above: float = 0.3) -> list[dict[int, float]]:
        """Return for each query the landmarks with a probability above a threshold, the most probable first.

        A submission has one landmark a query, so this is for your own use. Queries are not rejected.
        """
        probabilities = np.nan_to_num(softmax(self.classifier.logits(queries), axis=1))
        order = np.argsort(-probabilities, axis=1, kind="stable")
        landmarks = self.classifier.landmarks
        return [
            {int(landmarks[i]): float(row[i]) for i in best if row[i] > above}
            for row, best in zip(probabilities, order, strict=True)
        ]

    def _cross_validate(self, data: TrainingData, config: ClassifierConfig) -> tuple[float, ClassifierConfig]:
        """Return the threshold with the best GAP in cross-validation, and the configuration with the best epochs."""
        if self.threshold is not None:
            return self.threshold, config
        rounds = list(config.cross_validate(data))
        if not rounds:
            return np.inf, config
        results = [self._validate(data, *each) for each in rounds]
        scores, right, is_known, confidence = map(np.concatenate, zip(*results, strict=True))
        threshold = best_threshold(scores, right, is_known, confidence, TOLERANCE)
        return threshold, config.with_epochs_of([classifier for _, classifier in rounds])

    def _validate(self, data: TrainingData, part: HoldoutRound, classifier: Classifier) -> tuple[np.ndarray, ...]:
        """Return rejection score, whether the answer is right, whether the landmark is known, and confidence."""
        train = None if self.train is None else self.train[part.train]
        landmarks, confidence, scores = self._predict(classifier, data.train[part.validation], train)
        readable = ~np.isnan(confidence)
        right = landmarks == data.labels[part.validation]
        return scores[readable], right[readable], part.is_known[readable], confidence[readable]

    def _predict(
        self, classifier: Classifier, images: ImageSet, train: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return landmark, confidence and rejection score of each image `(n,)`."""
        logits = classifier.logits(images)
        probability = softmax(logits, axis=1).max(axis=1)
        entropy = rejection_score(logits, "entropy") / np.log(logits.shape[1])
        nearest = None if train is None else (self._descriptors(images) @ train.T).max(axis=1)
        scores = rejection_score(logits, self.rule, nearest)
        confidence = probability if self.confidence == "probability" else probability * (1 - entropy)
        best = np.nan_to_num(logits, nan=-np.inf).argmax(axis=1)
        return classifier.landmarks[best], confidence.round(9), scores.round(9)

    def _descriptors(self, images: ImageSet) -> np.ndarray:
        return l2_normalise(describe_concatenated(images, self.features))
