"""The exact scan: every code against every query, as fast as the machine counts bits. No structure at all."""

from dataclasses import dataclass

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.hamming import nearest
from solutions.hashing.search.index_structures.searcher import Distances, Searcher


@dataclass
class Scan(Searcher):
    """What the others are measured against; `work` is the number of codes."""

    def _build(self, codes: Codes) -> None:
        self.codes = codes

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        distances[:, :k], positions[:, :k] = nearest(queries, self.codes, k)
        return len(queries) * self.n_codes
