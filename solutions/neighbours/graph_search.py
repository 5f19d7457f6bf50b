"""A search that walks along a graph of nearest neighbours, from row to nearer row."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from solutions.kernels.jit import kernel
from solutions.neighbours.exact import nearest
from solutions.neighbours.exact_rerank import reranked
from solutions.neighbours.kernels.float_tiles import inner
from solutions.neighbours.neighbours import Neighbours, are_readable, lent
from solutions.neighbours.nn_descent import Descent, Edges, insert
from solutions.neighbours.searcher import Searcher


@dataclass
class Walk(Searcher):
    """The search of the 11th place's kgraph, along the edges of `Descent` in both directions.

    It starts from the nearest of some rows that are spread over the index, which finds its way into clusters that no
    edge connects, and ends when the neighbours of the `breadth` nearest are known.
    """

    exact: ClassVar[bool] = False

    descent: Descent = field(default_factory=Descent)
    breadth: int = 200  # or k, if that is more
    starts: int = 2048  # rows that every query is compared with

    def _build(self, index: np.ndarray) -> None:
        readable = np.flatnonzero(are_readable(index))
        self.readable, self.rows = readable, lent(index if len(readable) == len(index) else index[readable])
        degree = min(self.descent.degree, len(readable) - 1)
        if degree > 0:
            self.links = both_ways(self.descent.made(self.rows, degree).positions)
        else:
            self.links = np.empty((len(readable), 0), np.int32)

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        asked, breadth = lent(queries), max(self.breadth, k)
        starts = np.arange(0, len(self.rows), max(1, len(self.rows) // self.starts))
        first = nearest(asked, self.rows[starts], breadth)
        positions = np.where(first.positions < 0, -1, np.append(starts, -1)[first.positions]).astype(np.int32)
        pool = Edges(positions, first.similarities, positions >= 0)
        _walk(asked, self.rows, self.links, pool)
        found = reranked(asked, self.rows, pool.positions, k)
        there = found.positions >= 0
        return Neighbours(
            np.where(there, np.append(self.readable, -1)[found.positions], -1).astype(np.int32), found.similarities
        )


@kernel
def both_ways(positions: Any) -> Any:
    """Return the neighbours of each row, (n, degree), and up to as many rows whose neighbour it is; -1 fills up."""
    n_rows, degree = positions.shape
    links, n_links = np.full((n_rows, 2 * degree), np.int32(-1)), np.full(n_rows, degree)
    links[:, :degree] = positions
    for place in range(degree):  # the nearest of all rows come first
        for row in range(n_rows):
            target = positions[row, place]
            if n_links[target] < 2 * degree:
                links[target, n_links[target]] = row
                n_links[target] += 1
    return links


@kernel
def _walk(queries: Any, rows: Any, links: Any, pool: Any) -> None:
    """Improve the pool of each query, (n_queries, breadth), until nothing in it is new."""
    seen = np.full(len(rows), -1)
    positions, new = pool.positions, pool.new
    for query in range(len(queries)):
        while new[query].any():
            place = np.argmax(new[query])
            new[query, place] = False
            for link in links[positions[query, place]]:
                if link >= 0 and seen[link] != query:
                    seen[link] = query
                    similarity = np.float32(inner(queries, query, rows, link, rows.shape[1]))
                    insert(pool, query, link, similarity)
