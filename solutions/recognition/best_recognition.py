"""Name the landmark that a softmax finds likeliest, which taught itself from images without labels, too.

Our own: photographs are described whole, mirrored and cut by three networks, all whitened together, and mixed with the
nearest in the index. A logistic regression learns from the train images, and then from the index images: from those
that it is sure of as if they were labelled, and from those in which it sees nothing as a class of their own, none. The
confidence is the probability p of the landmark, less where others, or none, are likely too: p (1 - entropy / ln k). All
numbers were chosen on train images held out in turn.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness import Among, ImageSet, Labelling, Recognition, Span, Step, TrainingData
from solutions.descriptors.whitening.whitened_ensemble import CORNER_CROP_VIEWS
from solutions.training.pseudo_labels import PseudoLabelConfig, landmark_confidences, train_with_pseudo_labels


@dataclass
class BestRecognition(Recognition):
    modules = ("keras",)
    ladder = (
        Step("logistic regression", {"rounds": 0, "neighbours": 0}),
        Step("+ taught by the index", {"neighbours": 0}),
        Step("+ mixed with the index", {}),
    )

    rounds: Annotated[int, Among(0, 1, 2, 4)] = 2  # that index images are learnt from; 0 leaves them out
    neighbours: Annotated[int, Among(0, 2, 3, 5)] = 3  # in the index that every photograph is mixed with
    dims: Annotated[int, Among(256, 384, 512)] = 512  # of the whitened descriptors
    weight_decay: Annotated[float, Span(1e-4, 1e-1, log=True)] = 5e-3  # keeps the regression's weights small

    def fit(self, data: TrainingData) -> None:
        lessons = PseudoLabelConfig(
            CORNER_CROP_VIEWS, self.dims, neighbours=self.neighbours, weight_decay=self.weight_decay, rounds=self.rounds
        )
        self.classifier = train_with_pseudo_labels(data.train, data.labels, data.index, lessons)

    def recognise(self, queries: ImageSet) -> Labelling:
        likely = self.classifier.probabilities(queries)
        best = np.nan_to_num(likely[:, :-1]).argmax(axis=1)
        return Labelling.of(self.classifier.landmarks[best], landmark_confidences(likely), queries.ids)
