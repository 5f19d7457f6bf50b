"""Approximate nearest neighbours by best-first search along a graph of nearest neighbours."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from harness import COMPILED, kernel
from solutions.kernels.inner_product import inner_product, inner_products
from solutions.neighbours.exact import nearest
from solutions.neighbours.exact_rerank import rerank_exactly
from solutions.neighbours.neighbours import Neighbours, are_readable, as_descriptors
from solutions.neighbours.nn_descent import GraphEdges, NNDescent, insert_edge
from solutions.neighbours.searcher import InnerProductSearcher


@dataclass
class GraphSearch(InnerProductSearcher):
    """The search of the 11th place's kgraph, along the edges of `NNDescent` in both directions.

    It starts from the nearest of `starts` rows spread over the index, so that it reaches clusters without connecting
    edges. It ends when the neighbours of the `breadth` nearest rows have been visited.
    """

    exact: ClassVar[bool] = False

    descent: NNDescent = field(default_factory=NNDescent)
    breadth: int = 200  # rows of the pool; k, if that is larger
    starts: int = 2048  # rows that every query is compared with

    def _build(self, index: np.ndarray) -> None:
        readable = np.flatnonzero(are_readable(index))
        self.readable, self.rows = readable, as_descriptors(index if len(readable) == len(index) else index[readable])
        degree = min(self.descent.degree, len(readable) - 1)
        if degree > 0:
            self.links = bidirectional_links(self.descent.edges(self.rows, degree).positions)
        else:
            self.links = np.empty((len(readable), 0), np.int32)

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        prepared, breadth = as_descriptors(queries), max(self.breadth, k)
        starts = np.arange(0, len(self.rows), max(1, len(self.rows) // self.starts))
        first = nearest(prepared, self.rows[starts], breadth)
        positions = np.where(first.positions < 0, -1, np.append(starts, -1)[first.positions]).astype(np.int32)
        pool = GraphEdges(positions, first.similarities, positions >= 0)
        walk = _walk if COMPILED else _walk_plainly
        walk(prepared, self.rows, self.links, pool)
        results = rerank_exactly(prepared, self.rows, pool.positions, k)
        found = results.positions >= 0
        return Neighbours(
            np.where(found, np.append(self.readable, -1)[results.positions], -1).astype(np.int32), results.similarities
        )


@kernel
def bidirectional_links(positions: Any) -> Any:
    """Return neighbours of each row and up to as many rows whose neighbour it is: (n, 2 * degree), padded with -1."""
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
    """Visit the neighbours of the best unvisited row in each pool, (n_queries, breadth), until all are visited."""
    seen = np.full(len(rows), -1)
    positions, new = pool.positions, pool.new
    for query in range(len(queries)):
        while new[query].any():
            place = np.argmax(new[query])
            new[query, place] = False
            for link in links[positions[query, place]]:
                if link >= 0 and seen[link] != query:
                    seen[link] = query
                    similarity = np.float32(inner_product(queries, query, rows, link, rows.shape[1]))
                    insert_edge(pool, query, link, similarity)


def _walk_plainly(queries: np.ndarray, rows: np.ndarray, links: np.ndarray, pool: GraphEdges) -> None:
    for query in range(len(queries)):
        seen, new = np.zeros(len(rows), bool), pool.new[query]
        while new.any():
            place = np.argmax(new)
            new[place] = False
            reached = np.unique(links[pool.positions[query, place]])
            reached = reached[(reached >= 0) & ~seen[reached]]
            seen[reached] = True
            products = inner_products(queries[query : query + 1], rows[reached])[0].astype(np.float32)
            near = products >= pool.similarities[query, -1]
            for row, similarity in zip(reached[near], products[near], strict=True):
                insert_edge(pool, query, row, similarity)
