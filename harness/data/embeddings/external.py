"""The vectors of a name as an extractor, so that all parts that take an extractor take them too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.data.store.extractor import Extractor
from harness.errors import SolutionError

ARRAY = "vectors"  # the only array


@dataclass(frozen=True)
class ExternalEmbeddings(Extractor):
    """Vectors of images that were computed elsewhere; `ImageSet.embeddings` returns them by name.

    `images.describe(embeddings)` returns them `(n, d)` float32, L2-normalised. Images without a vector count as
    undecodable, so their rows are NaN. `digests` are those of the vectors of each part of the competition.
    """

    name: str
    digests: tuple[tuple[str, str], ...]  # of "train", "index" and "test", as far as there are vectors
    poolings: ClassVar[tuple[str, ...]] = (ARRAY,)

    @property
    def digest(self) -> str:
        """Return the digests of all parts as one text, which changes when any vector changes."""
        return " ".join(f"{part}:{digest}" for part, digest in self.digests)

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:  # noqa: ARG002
        """Raise SolutionError: the vectors of other images are not known."""
        raise SolutionError(f"the embeddings {self.name!r} hold vectors of the competition's images only")
