"""What every index structure is asked, and how it answers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.codes import Codes, Positions, check_k, checked_codes, no_positions
from solutions.hashing.search.hamming import MISSING_DISTANCE

Distances = npt.NDArray[np.uint8]


class Answers(NamedTuple):
    """What a searcher finds, and the mean number of nodes, buckets or codes that it looks at for a query."""

    positions: Positions  # (m, k)
    distances: Distances  # (m, k)
    work: float


@dataclass
class Searcher(ABC):
    """An index structure over 64-bit codes; its fields are its parameters.

    >>> from solutions.hashing.search.index_structures.bk_tree import BKTree
    >>> searcher = BKTree().build(np.array([0b0000, 0b0111, 0b0001, 0b0010], np.uint64))
    >>> positions, distances = searcher.search(np.array([0b0011], np.uint64), k=5)
    >>> positions.tolist(), distances.tolist()
    ([[1, 2, 3, 0, -1]], [[1, 1, 1, 2, 255]])
    """

    exact: ClassVar[bool] = True

    def build(self, codes: Codes) -> Self:
        """This searcher, made for `codes` (n,) uint64, of which it keeps what it needs."""
        self.n_codes = len(codes)
        if self.n_codes:
            self._build(checked_codes(codes, 1))
        return self

    def search(self, queries: Codes, k: int = 100) -> tuple[Positions, Distances]:
        """Positions and distances of the k nearest codes to each query (m,): (m, k) int32 and uint8.

        Nearest first; equal distances by position, lowest first. What is not there, or was not found, is position -1 at
        distance 255. One core is used.
        """
        return self.answers(queries, k)[:2]

    def answers(self, queries: Codes, k: int = 100) -> Answers:
        """What `search` gives, and what it costs."""
        check_k(k)
        asked, possible = checked_codes(queries, 1), min(k, self.n_codes)
        positions, distances = no_positions(len(asked), k), np.full((len(asked), k), MISSING_DISTANCE, np.uint8)
        work = self._search(asked, possible, positions, distances) if possible else 0
        return Answers(positions, distances, work / max(1, len(asked)))

    @property
    def name(self) -> str:
        """The class with the parameters that are not the default."""
        chosen = [
            (each.name, getattr(self, each.name)) for each in fields(self) if getattr(self, each.name) != each.default
        ]
        given = ", ".join(f"{name}={value!r}" for name, value in chosen)
        return f"{type(self).__name__}({given})" if given else type(self).__name__

    @property
    def n_bytes(self) -> int:
        """Memory taken by the structure, the codes included."""
        return sum(_n_bytes(each) for each in vars(self).values())

    @abstractmethod
    def _build(self, codes: Codes) -> None:
        """Keep what is needed of one code at least."""

    @abstractmethod
    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        """Fill the first `k` columns, of as many codes at least, and return the work."""


def _n_bytes(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(_n_bytes(each) for each in value)
    return value.nbytes if isinstance(value, np.ndarray) else 0
