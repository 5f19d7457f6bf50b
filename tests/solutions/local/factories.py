"""Image sets whose local descriptors are made, not described."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from harness import Ragged
from solutions.local.extractor import LocalExtractor


@dataclass(frozen=True)
class FakeExtractor(LocalExtractor):
    """Stands in for an extractor."""

    def describe(self, images):
        raise NotImplementedError

    def vectors(self, rows):
        return rows.astype(np.float32)


class Images:
    """Stands in for an ImageSet; the descriptors of an image are `(rows, d)`."""

    def __init__(self, descriptors, store, ids=None):
        self.descriptors, self.store = descriptors, store
        self.d = descriptors[0].shape[1] if descriptors else 0
        self.ids = np.array(ids or [f"image {number}" for number in range(len(descriptors))], object)

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, rows):
        chosen = np.arange(len(self))[rows]
        return Images([self.descriptors[row] for row in chosen], self.store, self.ids[chosen].tolist())

    @property
    def fingerprint(self):
        return sha256(
            repr([(name, rows.tolist()) for name, rows in zip(self.ids, self.descriptors, strict=True)]).encode()
        ).hexdigest()

    def describe_ragged(self, extractor, name):
        ends = np.cumsum([len(rows) for rows in self.descriptors]).astype(int)
        return Ragged(
            np.concatenate([*self.descriptors, np.zeros((0, self.d), np.float32)]),
            ends - [len(rows) for rows in self.descriptors],
            ends,
        )


def some_images(n, d, random, most=12):
    """Return images with a limited random number of descriptors, some without, some equal."""
    centres = random.standard_normal((5, d))
    return [
        (centres[random.integers(5, size=count)] + 0.7 * random.standard_normal((count, d))).astype(np.float32)
        for count in random.integers(0, most + 1, n)
    ]
