"""An inverted file: for each visual word the images that have it, so that a query meets none that shares no word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from solutions.local.aggregation import Aggregates


@dataclass(frozen=True, eq=False)
class InvertedFile:
    """The postings of word w are those from `starts[w]` to `starts[w + 1]`: image and code, in the order of images.

    All may be memory-mapped. Codes are as those of `Aggregates`.
    """

    starts: np.ndarray  # (n_words + 1,) int64
    images: np.ndarray  # (n,) int32
    codes: np.ndarray  # (n, width)
    n_images: np.ndarray  # () int64: those without a word count, too

    @property
    def counts(self) -> np.ndarray:
        """Return how many images have each word `(n_words,)`."""
        return np.diff(self.starts)

    @property
    def parts(self) -> Mapping[str, np.ndarray]:
        """Return the arrays by name, to be kept."""
        return {"starts": self.starts, "images": self.images, "codes": self.codes, "n_images": self.n_images}

    @classmethod
    def from_chunks(
        cls, chunks: Iterable[Aggregates], n_words: int, n_images: int, folder: Path | None = None
    ) -> InvertedFile:
        """Return the inverted file of images that come in chunks, in their order.

        It does not matter where one chunk ends. A chunk is all that is held in memory: they are laid down in a
        temporary file, and gathered in others, which vanish when nothing refers to them any more. These lie in
        `folder`, or where the system has them.
        """
        counts, n_chunks, empty = np.zeros(n_words, np.int64), 0, None
        with TemporaryFile(dir=folder) as laid_down:
            for chunk in chunks:
                for array in _columns(chunk.by_word()):
                    np.save(laid_down, array)
                counts += np.bincount(chunk.words, minlength=n_words)
                n_chunks, empty = n_chunks + 1, chunk.codes[:0]
            laid_down.seek(0)
            starts = np.concatenate([[0], np.cumsum(counts)])
            images = _scratch((int(starts[-1]),), np.dtype(np.int32), folder)
            codes = (
                images[:0, None] if empty is None else _scratch((len(images), *empty.shape[1:]), empty.dtype, folder)
            )
            free = starts[:-1].copy()
            for _ in range(n_chunks):
                words, some, own = (np.load(laid_down, allow_pickle=False) for _ in range(3))
                places = free[words] + _number_in_word(words)
                images[places], codes[places] = some, own
                free += np.bincount(words, minlength=n_words)
        return cls(starts, images, codes, np.asarray(n_images))


def _columns(chunk: Aggregates) -> tuple[np.ndarray, ...]:
    return chunk.words, chunk.images, chunk.codes


def _number_in_word(words: np.ndarray) -> np.ndarray:
    """Return how many equal words stand before each of ascending words `(n,)`.

    >>> _number_in_word(np.array([2, 2, 5, 7, 7])).tolist()
    [0, 1, 0, 0, 1]
    """
    number = np.arange(len(words))
    first = np.diff(words, prepend=-1) != 0
    return number - np.maximum.accumulate(np.where(first, number, 0))


def _scratch(shape: tuple[int, ...], dtype: np.dtype, folder: Path | None) -> np.ndarray:
    """Return an array on disk, without a name there."""
    if 0 in shape:
        return np.zeros(shape, dtype)
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, dtype, "w+", shape=shape)
