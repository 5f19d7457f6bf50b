"""Merge the scores of the five nearest train images and of softmax classifiers; damp those of non-landmarks.

P. Pleskov and others, fourth place of the recognition challenge of 2018. Each network gives a nearest-neighbour score,
their step 4, and a softmax over landmarks; label counts and confidences are added. Two binary classifiers, landmark or
not and train or index image, reduce the confidence of what they reject to a tenth. If all crops of a query agree on
landmarks, their best replaces the answer. Two pretrained networks with logistic regressions replace their ten fully
trained ones. They had labels of non-landmarks; here these are the index images unlike all train images. Steps without
enough images are left out.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Labelling, Recognition, Step, TrainingData
from solutions.descriptors.ensemble import DescriptorSource, describe_ensemble, with_precision
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.extractors.random_boxes import Cut, RandomBoxesExtractor
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.networks.parameters import check_networks
from solutions.landmark_scores.binary_classifier import BinaryClassifier, fit_binary
from solutions.landmark_scores.class_scores import ClassScores, LandmarkClasses
from solutions.landmark_scores.crop_ranks import RankRule
from solutions.landmark_scores.non_landmark import detect_non_landmarks
from solutions.landmark_scores.score_merging import damp, merge_models, override_with
from solutions.landmark_scores.train_scorers import CropsAmongTrain, NearestTrain, SoftmaxOfTrain

_CERTAIN = 0.95  # probability above which a binary classifier damps confidences

Frame = Literal["whole", "crop", "squash"]
ALONE: dict[str, object] = {"second": None, "classifiers": False, "landmark_or_not": False}


@dataclass
class FourthPlace(Recognition):
    ablation_steps = (
        Step("step 4 alone: five nearest, 224 pixels", ALONE | {"side": 224, "frame": "squash"}),
        Step("+ whole photographs of 384 pixels", ALONE),
        Step("+ a softmax over landmarks", ALONE | {"classifiers": True}),
        Step("+ the second network", {"landmark_or_not": False}),
        Step("+ landmark or not", {}),
        Step("all that, and index or train image", {"domain": True}),
        Step("all that, and local crops, 5 - rank", {"crops": 100}),
        Step("all that, and local crops, 5 rank", {"crops": 100, "rule": "deck"}),
    )

    backbone: str = "lite0"  # a network by its name, file or function, see docs/models.md
    second: str | None = "lite2"  # another network; None: none
    weights: str | None = "imagenet"  # or None for random ones
    side: Annotated[int, Among(224, 320, 384)] = 384  # pixels of the longer side, or of the square
    frame: Frame = "whole"  # whole photograph, two poolings; or GeM of its middle, or of all squashed
    classifiers: Annotated[bool, Among(True)] = True  # a softmax over landmarks, of each network
    domain: bool = False  # damp queries that look like index images
    landmark_or_not: bool = True  # damp queries that look like no landmark
    crops: Annotated[int, Among(0, 10, 30, 100)] = 0  # random crops of each query; theirs 100; 0: none
    crop_side: int = 320  # pixels of the square for the network
    cut: Cut = "maps"  # from feature maps, one pass for all crops, or from pixels as theirs
    rule: RankRule = "source"  # 5 - rank of a landmark in each crop (source), or 5 rank (deck: the slides)
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def check_parameters(self) -> None:
        check_networks(self)

    def fit(self, data: TrainingData) -> None:
        self.classes = LandmarkClasses.from_labels(data.labels)
        networks = [self._extractor(name) for name in (self.backbone, self.second) if name]
        rows = [describe_ensemble(data.train, each) for each in networks]
        self.models = self._fit_models(data, networks, rows)
        self.first = networks[0]
        self.binary_classifiers: list[BinaryClassifier] = []
        self.crop_scorer: CropsAmongTrain | None = None
        if self.landmark_or_not or self.domain or self.crops:
            self._fit_binary_classifiers(data, rows[0])

    def recognise(self, queries: ImageSet) -> Labelling:
        scores = self._damp(merge_models([model(queries) for model in self.models]), queries)
        if self.crop_scorer:
            scores = override_with(scores, self.crop_scorer(queries))
        return Labelling.of(*scores.best, queries.ids)

    def _fit_models(
        self, data: TrainingData, networks: list[DescriptorSource], rows: list[np.ndarray]
    ) -> list[NearestTrain | SoftmaxOfTrain]:
        nearest = [NearestTrain(network, train, self.classes) for network, train in zip(networks, rows, strict=True)]
        if not self.classifiers or len(np.unique(data.labels[~np.isnan(rows[0][:, 0])])) < 2:
            return [*nearest]
        return [*nearest, *(SoftmaxOfTrain(network, data, self.classes) for network in networks)]

    def _fit_binary_classifiers(self, data: TrainingData, train: np.ndarray) -> None:
        """Fit the classifiers of landmark or not, and train or index, and the scorer of crops."""
        index = describe_ensemble(data.index, self.first)
        is_non_landmark = detect_non_landmarks(index, train, self.classes)
        others = [index[is_non_landmark]] * self.landmark_or_not + [index] * self.domain
        self.binary_classifiers = [fitted for rows in others if (fitted := fit_binary(train, rows))]
        if self.crops:
            self.crop_scorer = self._fit_crops(data, data.index[is_non_landmark])

    def _fit_crops(self, data: TrainingData, non_landmarks: ImageSet) -> CropsAmongTrain:
        crops = RandomBoxesExtractor(
            self.backbone, self.crop_side, self.crops, self.cut, self.weights, precision=self.precision
        )
        train = CropsAmongTrain.describe_whole(crops, data.train)
        classifier = fit_binary(train, CropsAmongTrain.describe_whole(crops, non_landmarks))
        return CropsAmongTrain(crops, train, self.classes, classifier, self.rule)

    def _damp(self, scores: ClassScores, queries: ImageSet) -> ClassScores:
        for classifier in self.binary_classifiers:
            rows = describe_ensemble(queries, self.first)
            scores = damp(scores, classifier.probability_of_second(rows) > _CERTAIN)
        return scores

    def _extractor(self, name: str) -> DescriptorSource:
        if self.frame == "whole":
            view = MultiscaleExtractor(name, self.side, ("gem_2", "rgem"), weights=self.weights)
            return with_precision((view,), self.precision)
        return SquareExtractor(name, self.side, ("gem",), self.weights, frame=self.frame, precision=self.precision)
