"""The exact scan: every code is compared with every query."""

from dataclasses import dataclass

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.hamming import nearest
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher


@dataclass
class Scan(HammingSearcher):
    """The baseline of the index structures; `work` is the number of codes."""

    def _build(self, codes: Codes) -> None:
        self.codes = codes

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        distances[:, :k], positions[:, :k] = nearest(queries, self.codes, k)
        return len(queries) * self.n_codes
