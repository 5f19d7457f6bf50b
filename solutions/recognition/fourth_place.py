"""Merge what the five nearest train images and softmax classifiers say; what looks like no landmark comes later.

P. Pleskov and others, fourth of the recognition challenge of 2018. Each network gives a nearest-neighbour score, their
step 4, and a softmax over landmarks; label counts and confidences are summed. Two further classifiers, landmark or not
and train or index image, take nine tenths of the confidence of what they are sure of; and where all local crops of a
query agree on landmarks by their ranks, that is the answer. Two embedded networks, with logistic regressions on top,
stand for their ten that were trained from end to end. Which images show no landmark they knew: here it is those of the
index that train images do not explain. Without such, or without landmarks to choose from, the step is left out.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from harness import Among, ImageSet, Labelling, Recognition, Step, TrainingData
from solutions.descriptors.ensemble import DescriptorSource, describe_ensemble
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.extractors.random_boxes import Cut, RandomBoxesExtractor
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.landmark_scores.binary_classifier import BinaryClassifier, fit_binary
from solutions.landmark_scores.class_scores import ClassScores, LandmarkClasses
from solutions.landmark_scores.crop_ranks import RankRule
from solutions.landmark_scores.non_landmark import detect_non_landmarks
from solutions.landmark_scores.score_merging import damp, merge_models, override_with
from solutions.landmark_scores.train_scorers import CropsAmongTrain, NearestTrain, SoftmaxOfTrain

_SURE = 0.95  # probability from which on a classifier lowers confidences

Frame = Literal["whole", "crop", "squash"]
ALONE: dict[str, object] = {"second": None, "classifiers": False, "landmark_or_not": False}


@dataclass
class FourthPlace(Recognition):
    modules = ("keras",)
    ladder = (
        Step("step 4 alone: five nearest, 224 pixels", ALONE | {"side": 224, "frame": "squash"}),
        Step("+ whole photographs of 384 pixels", ALONE),
        Step("+ a softmax over landmarks", ALONE | {"classifiers": True}),
        Step("+ the second network", {"landmark_or_not": False}),
        Step("+ landmark or not", {}),
        Step("all that, and index or train image", {"domain": True}),
        Step("all that, and local crops, 5 - rank", {"crops": 100}),
        Step("all that, and local crops, 5 rank", {"crops": 100, "rule": "deck"}),
    )

    backbone: str = "lite0"  # lite0, lite1, lite2, one of keras.applications, or a .keras file
    second: str | None = "lite2"  # another network; None leaves it out
    weights: str | None = "imagenet"  # or None for drawn ones
    side: Annotated[int, Among(224, 320, 384)] = 384  # pixels of the longer side, or of the square
    frame: Frame = "whole"  # the photograph in its proportions by two poolings, or GeM of its middle or of all squashed
    classifiers: Annotated[bool, Among(True)] = True  # a softmax over landmarks, of each network
    domain: bool = False  # lower what looks like an index image rather than like a train image
    landmark_or_not: bool = True  # lower what looks like no landmark
    crops: Annotated[int, Among(0, 10, 30, 100)] = 0  # local ones of each query, 100 as theirs; 0 leaves them out
    crop_side: int = 320  # pixels of the square in which crops are cut, or that each is shown as
    cut: Cut = "maps"  # crops are cut from feature maps, one pass for all, or from pixels, as theirs
    rule: RankRule = "source"  # 5 - rank of each landmark in each crop, or the deck's 5 rank

    def fit(self, data: TrainingData) -> None:
        self.classes = LandmarkClasses.from_labels(data.labels)
        networks = [self._network(name) for name in (self.backbone, self.second) if name]
        rows = [describe_ensemble(data.train, each) for each in networks]
        self.models: list[NearestTrain | SoftmaxOfTrain] = [
            NearestTrain(network, train, self.classes) for network, train in zip(networks, rows, strict=True)
        ]
        if self.classifiers and len(np.unique(data.labels[~np.isnan(rows[0][:, 0])])) > 1:
            self.models += [SoftmaxOfTrain(network, data, self.classes) for network in networks]
        self.first = networks[0]
        self.sides: list[BinaryClassifier] = []
        self.of_crops: CropsAmongTrain | None = None
        if self.landmark_or_not or self.domain or self.crops:
            self._learn_sides(data, rows[0])

    def recognise(self, queries: ImageSet) -> Labelling:
        scores = self._doubted(merge_models([model(queries) for model in self.models]), queries)
        if self.of_crops:
            scores = override_with(scores, self.of_crops(queries))
        return Labelling.of(*scores.best, queries.ids)

    def _learn_sides(self, data: TrainingData, train: np.ndarray) -> None:
        """Learn what tells landmarks from what is none, and train from index images; of crops, too."""
        index = describe_ensemble(data.index, self.first)
        none = detect_non_landmarks(index, train, self.classes)
        sides = [index[none]] * self.landmark_or_not + [index] * self.domain
        self.sides = [each for each in (fit_binary(train, some) for some in sides) if each]
        if self.crops:
            self.of_crops = self._crops(data, data.index[none])

    def _crops(self, data: TrainingData, none: ImageSet) -> CropsAmongTrain:
        crops = RandomBoxesExtractor(self.backbone, self.crop_side, self.crops, self.cut, self.weights)
        train = CropsAmongTrain.describe_whole(crops, data.train)
        sides = fit_binary(train, CropsAmongTrain.describe_whole(crops, none))
        return CropsAmongTrain(crops, train, self.classes, sides, self.rule)

    def _doubted(self, scores: ClassScores, queries: ImageSet) -> ClassScores:
        for each in self.sides:
            scores = damp(scores, each.probability_of_second(describe_ensemble(queries, self.first)) > _SURE)
        return scores

    def _network(self, name: str) -> DescriptorSource:
        if self.frame == "whole":
            return (MultiscaleExtractor(name, self.side, ("gem_2", "rgem"), weights=self.weights),)
        return SquareExtractor(name, self.side, ("gem",), self.weights, frame=self.frame)
