"""Codes for the benchmark: random, from a file, or of a competition's images."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.readable_index import ReadableIndex
from solutions.hashing.search.codes import Codes

_BITS_FLIPPED = 4  # on average, from a cluster's centre
_PER_CENTRE = 200  # codes
_FEW = 256  # codes
_CODE = re.compile(r"[0-9a-fA-F]{16}")


@dataclass(frozen=True)
class CodeSet:
    """Codes of one kind; `draw(n, m)` returns an index of n codes and m queries, the same at each call."""

    name: str
    draw: Callable[[int, int], tuple[Codes, Codes]]
    most: int | None = None  # codes available

    def sizes(self, requested: list[int]) -> list[int]:
        """Return these index sizes, larger ones reduced to the codes available."""
        return sorted({min(size, self.most) for size in requested}) if self.most else requested


def random_codes(name: str, seed: int) -> CodeSet:
    """Return random codes of a distribution: uniform, clustered or few."""
    draw = _DISTRIBUTIONS[name]
    return CodeSet(name, lambda n, m: draw(np.random.default_rng([seed, n]), n, m))


def codes_of_file(path: Path, seed: int) -> CodeSet:
    """Return the codes of a file: `.npy` of uint64 (n,), or lines of sixteen hexadecimal digits; a tenth are queries.

    Raises HarnessError if the file is not of this form or has fewer than two codes.
    """
    codes = _array(path) if path.suffix == ".npy" else _lines(path)
    if len(codes) < 2:
        raise HarnessError(f"{path}: has {len(codes)} codes; at least 2 are needed")
    return _split(path.name, codes, seed)


def codes_of_images(competition: Any, kind: str, seed: int) -> CodeSet:
    """Return hashes of a competition's images: test images are the queries, index images the index.

    Without index images, train images are the index. Without test images, a tenth of the index are queries.
    Raises HarnessError if fewer than two images can be decoded.
    """
    hashes = PerceptualHashes()
    index = ReadableIndex(competition.index if len(competition.index) else competition.train, hashes).rows(kind)
    queries = ReadableIndex(competition.queries, hashes).rows(kind) if len(competition.queries) else index[:0]
    name = f"{competition.name}, {kind}"
    if len(queries) and len(index):
        generator = np.random.default_rng(seed)
        index, queries = generator.permutation(index), generator.permutation(queries)
        return CodeSet(name, lambda n, m: (index[:n], queries[:m]), len(index))
    if len(index) < 2:
        raise HarnessError(f"{competition.folder}: has fewer than two images that can be decoded (index.csv, test.csv)")
    return _split(name, np.asarray(index), seed)


def _split(name: str, codes: Codes, seed: int) -> CodeSet:
    """Split codes at random: a tenth are queries, the others the index."""
    shuffled = np.random.default_rng(seed).permutation(codes)
    n_queries = max(1, len(shuffled) // 10)
    return CodeSet(name, lambda n, m: (shuffled[n_queries:][:n], shuffled[:n_queries][:m]), len(shuffled) - n_queries)


def _array(path: Path) -> Codes:
    try:
        codes = np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        codes = None
    if not isinstance(codes, np.ndarray) or codes.dtype != np.uint64 or codes.ndim != 1:
        raise HarnessError(f"{path}: is not a one-dimensional array of uint64; write one by numpy.save")
    return codes


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
    """Return masks of bits to flip, each with the same probability."""
    masks = np.packbits(generator.random((n, 64), np.float32) < _BITS_FLIPPED / 64, axis=1)
    return np.asarray(masks.view(np.uint64)[:, 0])


_DISTRIBUTIONS = {"uniform": _uniform, "clustered": _clustered, "few": _few}
