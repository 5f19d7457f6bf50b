"""An inverted file: for each visual word its images, so that a search visits only images with a common word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from solutions.local.aggregation import Aggregates


@dataclass(frozen=True, eq=False)
class InvertedFile:
    """The postings of word w are entries `starts[w]` to `starts[w + 1]`: image and code, in order of images.

    Arrays may be memory-mapped. Codes are those of `Aggregates`.
    """

    starts: np.ndarray  # (n_words + 1,) int64
    images: np.ndarray  # (n,) int32
    codes: np.ndarray  # (n, width)
    n_images: np.ndarray  # () int64, images without words included

    @property
    def counts(self) -> np.ndarray:
        """Return the number of images with each word `(n_words,)`."""
        return np.diff(self.starts)

    @classmethod
    def from_chunks(
        cls, chunks: Iterable[Aggregates], n_words: int, n_images: int, folder: Path | None = None
    ) -> InvertedFile:
        """Return the inverted file of images given in chunks, in order.

        The size of the chunks does not matter. Only one chunk is in memory at a time: chunks are written to a temporary
        file and gathered in others, which are deleted with the last reference to them. Temporary files are in `folder`,
        or in the folder of the system.
        """
        counts, n_chunks, empty = np.zeros(n_words, np.int64), 0, None
        with TemporaryFile(dir=folder) as written:
            for chunk in chunks:
                order = np.argsort(chunk.words, kind="stable")
                for array in (chunk.words, chunk.images, chunk.codes):
                    np.save(written, array[order])
                counts += np.bincount(chunk.words, minlength=n_words)
                n_chunks, empty = n_chunks + 1, chunk.codes[:0]
            written.seek(0)
            starts = np.concatenate([[0], np.cumsum(counts)])
            images = _scratch((int(starts[-1]),), np.dtype(np.int32), folder)
            codes = (
                images[:0, None] if empty is None else _scratch((len(images), *empty.shape[1:]), empty.dtype, folder)
            )
            free = starts[:-1].copy()
            for _ in range(n_chunks):
                words, some, own = (np.load(written, allow_pickle=False) for _ in range(3))
                places = free[words] + _number_in_word(words)
                images[places], codes[places] = some, own
                free += np.bincount(words, minlength=n_words)
        return cls(starts, images, codes, np.asarray(n_images))


def _number_in_word(words: np.ndarray) -> np.ndarray:
    """Return the number of equal words before each of ascending words `(n,)`.

    >>> _number_in_word(np.array([2, 2, 5, 7, 7])).tolist()
    [0, 1, 0, 0, 1]
    """
    number = np.arange(len(words))
    first = np.diff(words, prepend=-1) != 0
    return number - np.maximum.accumulate(np.where(first, number, 0))


def _scratch(shape: tuple[int, ...], dtype: np.dtype, folder: Path | None) -> np.ndarray:
    """Return an array in an unnamed temporary file."""
    if 0 in shape:
        return np.zeros(shape, dtype)
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, dtype, "w+", shape=shape)
