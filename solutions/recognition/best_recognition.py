"""Answer the most probable landmark of a softmax that also learns from the unlabelled index by pseudo-labels.

Our own: descriptors of whole photographs, mirror images and crops by three networks are whitened together and averaged
with the nearest in the index. A logistic regression is fitted to the train images, and then to the index images too:
confident predictions serve as labels, and images without a probable landmark as a class of their own. The confidence is
p (1 - entropy / ln k), with the probability p of the landmark. All numbers were chosen by cross-validation.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.ensemble import with_precision
from solutions.descriptors.networks.engines.engine import Precision
from solutions.descriptors.whitening.whitened_ensemble import CORNER_CROP_VIEWS
from solutions.training.pseudo_labels import PseudoLabelConfig, landmark_confidences, train_with_pseudo_labels


@dataclass
class BestRecognition(Recognition):
    ablation_steps = (
        Step("logistic regression", {"rounds": 0, "neighbours": 0}),
        Step("+ pseudo-labels from the index", {"neighbours": 0}),
        Step("+ mixed with the index", {}),
    )

    rounds: Annotated[int, Among(0, 1, 2, 4)] = 2  # of pseudo-labels for index images; 0: none
    neighbours: Annotated[int, Among(0, 2, 3, 5)] = 3  # index images averaged into every image; 0: none
    dims: Annotated[int, Among(256, 384, 512)] = 512  # of the whitened descriptors
    weight_decay: Annotated[float, Span(1e-4, 1e-1, log=True)] = 5e-3  # L2 penalty of the regression's weights
    precision: Precision = "float32"  # of the network; bf16 is faster where the processor has it, and less exact

    def fit(self, data: TrainingData) -> None:
        views = with_precision(CORNER_CROP_VIEWS, self.precision)
        config = PseudoLabelConfig(
            views, self.dims, neighbours=self.neighbours, weight_decay=self.weight_decay, rounds=self.rounds
        )
        self.classifier = train_with_pseudo_labels(data.train, data.labels, data.index, config)

    def recognise(self, queries: ImageSet) -> Labelling:
        probabilities = self.classifier.probabilities(queries)
        best = np.nan_to_num(probabilities[:, :-1]).argmax(axis=1)
        return Labelling.of(self.classifier.landmarks[best], landmark_confidences(probabilities), queries.ids)
