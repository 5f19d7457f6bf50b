"""Import a file as a module, as a script beside it would."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

TINY_IMAGES = '''"""Rank index images by the similarity of their thumbnails."""

from dataclasses import dataclass

import numpy as np

from harness import Extractor, ImageSet, Ranking, Retrieval, TrainingData


@dataclass(frozen=True)
class Thumbnail(Extractor):
    side: int = 16  # pixels

    def describe(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1) / np.float32(255) - 0.5


@dataclass
class TinyImages(Retrieval):
    side: int = 16  # pixels

    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        self.thumbnails = data.index.describe(Thumbnail(self.side))

    def rank(self, queries: ImageSet) -> Ranking:
        similarity = queries.describe(Thumbnail(self.side)) @ self.thumbnails.T
        return Ranking.by_similarity(similarity, queries.ids, self.index.ids)
'''


@contextmanager
def imported_file(path: Path, text: str = TINY_IMAGES) -> Iterator[ModuleType]:
    """Write a file and yield it as a module of the name of the file, until the end of the block."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules[path.stem]
