"""Codes to search and codes to search for: drawn, read from a file, or those of a competition's images."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.readable_index import Readable
from solutions.hashing.search.codes import Codes

_BITS_FLIPPED = 4  # on average, between a code of a cluster and its centre
_PER_CENTRE = 200  # codes
_FEW = 256  # codes
_CODE = re.compile(r"[0-9a-fA-F]{16}")


@dataclass(frozen=True)
class CodeSet:
    """Codes of one kind; `draw(n, m)` gives an index of n codes and m queries, the same ones each time."""

    name: str
    draw: Callable[[int, int], tuple[Codes, Codes]]
    most: int | None = None  # as many as there are

    def sizes(self, wanted: list[int]) -> list[int]:
        """The wanted sizes, and what there is in place of larger ones."""
        return sorted({min(size, self.most) for size in wanted}) if self.most else wanted


def drawn(name: str, seed: int) -> CodeSet:
    """Codes of a distribution: uniform, clustered or few."""
    draw = _DRAWN[name]
    return CodeSet(name, lambda n, m: draw(np.random.default_rng([seed, n]), n, m))


def of_file(path: Path, seed: int) -> CodeSet:
    """The codes in a file: `.npy` of uint64 (n,), or lines of sixteen hexadecimal digits. Queries are held out.

    Raises HarnessError for a file that holds none.
    """
    codes = _array(path) if path.suffix == ".npy" else _lines(path)
    if len(codes) < 2:
        raise HarnessError(f"{path}: holds {len(codes)} codes; at least 2 are needed, one to search for the other")
    return _held_out(path.name, codes, seed)


def of_images(competition: Any, kind: str, seed: int) -> CodeSet:
    """Hashes of a competition's images, from the store: test images are searched for among the index images.

    Where there are no index images, among those of train; where there are no test images, queries are held out.
    Raises HarnessError where there are no two images that can be decoded.
    """
    hashes = PerceptualHashes()
    index = Readable(competition.index if len(competition.index) else competition.train, hashes).rows(kind)
    queries = Readable(competition.queries, hashes).rows(kind) if len(competition.queries) else index[:0]
    name = f"{competition.name}, {kind}"
    if len(queries) and len(index):
        generator = np.random.default_rng(seed)
        index, queries = generator.permutation(index), generator.permutation(queries)
        return CodeSet(name, lambda n, m: (index[:n], queries[:m]), len(index))
    if len(index) < 2:
        raise HarnessError(f"{competition.folder}: has no two images to search for each other (index.csv, test.csv)")
    return _held_out(name, np.asarray(index), seed)


def _held_out(name: str, codes: Codes, seed: int) -> CodeSet:
    """A tenth of the codes, in random order, are queries."""
    dealt = np.random.default_rng(seed).permutation(codes)
    n_queries = max(1, len(dealt) // 10)
    return CodeSet(name, lambda n, m: (dealt[n_queries:][:n], dealt[:n_queries][:m]), len(dealt) - n_queries)


def _array(path: Path) -> Codes:
    try:
        found = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        found = None
    if not isinstance(found, np.ndarray) or found.dtype != np.uint64 or found.ndim != 1:
        raise HarnessError(f"{path}: is no array of uint64 in one dimension; numpy.save writes one")
    return found


def _lines(path: Path) -> Codes:
    words = path.read_text(encoding="utf-8", errors="replace").split()
    for number, word in enumerate(words, 1):
        if not _CODE.fullmatch(word):
            raise HarnessError(f"{path}: code {number} is {word[:40]!r}; write sixteen hexadecimal digits a line")
    return np.array([int(word, 16) for word in words], np.uint64)


def _uniform(generator: np.random.Generator, n: int, m: int) -> tuple[Codes, Codes]:
    return generator.integers(0, 2**64, n, np.uint64), generator.integers(0, 2**64, m, np.uint64)


def _clustered(generator: np.random.Generator, n: int, m: int) -> tuple[Codes, Codes]:
    centres = generator.integers(0, 2**64, max(1, n // _PER_CENTRE), np.uint64)
    index, queries = (generator.choice(centres, size) ^ _flips(generator, size) for size in (n, m))
    return index, queries


def _few(generator: np.random.Generator, n: int, m: int) -> tuple[Codes, Codes]:
    codes = generator.integers(0, 2**64, _FEW, np.uint64)
    return generator.choice(codes, n), generator.choice(codes, m)


def _flips(generator: np.random.Generator, n: int) -> Codes:
    """Bits to be changed, each of 64 with the same probability."""
    flipped = np.packbits(generator.random((n, 64), np.float32) < _BITS_FLIPPED / 64, axis=1)
    return np.asarray(flipped.view(np.uint64)[:, 0])


_DRAWN = {"uniform": _uniform, "clustered": _clustered, "few": _few}
