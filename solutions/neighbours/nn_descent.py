"""NN-descent: an approximate graph of nearest neighbours, as the 11th place's kgraph builds it.

Neighbours of neighbours are likely neighbours. From a random graph on, the new neighbours of each row are compared with
each other and with its older ones, along edges in both directions, until few edges improve.

Source: "Efficient k-nearest neighbor graph construction for generic similarity measures", W. Dong, C. Moses and K. Li,
2011. Similarities are exact, so the graph is the same on every machine.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness import COMPILED, helper, kernel
from solutions.kernels.arrays import check_k
from solutions.kernels.inner_product import inner_product, paired_inner_products
from solutions.neighbours.exact_rerank import rerank_exactly
from solutions.neighbours.neighbours import (
    Neighbours,
    are_readable,
    as_descriptors,
    check_descriptors,
    empty_neighbours,
)

_CHUNK = 256  # rows whose neighbours are compared at once in NumPy


class GraphEdges(NamedTuple):
    """The neighbours of each row, (n, degree), nearest first, ties by position; `new` ones were not compared yet."""

    positions: Any  # int32
    similarities: Any  # float32
    new: Any  # bool


@dataclass(frozen=True)
class NNDescent:
    """Parameters of NN-descent; a graph of k neighbours is cut from one of `degree`, if that is larger."""

    degree: int = 50
    sample: int = 20  # new and old neighbours of a row, in each direction, that are compared in a round
    delta: float = 0.002  # rounds end when at most this share of the neighbours changes
    rounds: int = 30  # at most
    seed: int = 0

    def graph(self, rows: np.ndarray, k: int) -> Neighbours:
        """Return approximately the k nearest other rows to each of `rows` (n, d): (n, k), with exact similarities.

        >>> NNDescent().graph(np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]), 2).positions.tolist()
        [[1, 2], [0, 2], [0, 1]]
        """
        check_k(k)
        check_descriptors(rows)
        neighbours, numbers = empty_neighbours(len(rows), k), as_descriptors(rows)
        readable = np.flatnonzero(are_readable(numbers))
        degree = min(max(self.degree, k), len(readable) - 1)
        if degree > 0:
            edges = self.edges(numbers if len(readable) == len(rows) else as_descriptors(numbers[readable]), degree)
            width = min(k, degree)
            neighbours.positions[readable, :width] = readable[edges.positions[:, :width]]
            neighbours.similarities[readable, :width] = edges.similarities[:, :width]
        return neighbours

    def edges(self, rows: np.ndarray, degree: int) -> GraphEdges:
        """Return the graph of readable rows (n, d) float32; `degree` is below n."""
        random = np.random.default_rng(self.seed)
        edges, improve = _random_graph(rows, degree, random), _improve if COMPILED else _improve_plainly
        for _ in range(self.rounds):
            if improve(rows, edges, self.sample, random) <= self.delta * edges.positions.size:
                break
        return edges


def _random_graph(rows: np.ndarray, degree: int, random: np.random.Generator) -> GraphEdges:
    """Return `degree` random other rows for each row: those at random steps along a random order of all."""
    n_rows = len(rows)
    order = random.permutation(n_rows)
    steps = 1 + random.choice(n_rows - 1, degree, replace=False)
    positions = np.empty((n_rows, degree), np.int32)
    for column, step in enumerate(steps):
        positions[order, column] = np.roll(order, -step)
    results = rerank_exactly(rows, rows, positions, degree)
    return GraphEdges(results.positions, results.similarities, np.ones(positions.shape, np.bool_))


@kernel
def _improve(rows: Any, edges: GraphEdges, sample: int, random: Any) -> int:
    """Run a round; return the number of edges that changed."""
    old, n_old = _sampled(edges, sample, False, random)
    new, n_new = _sampled(edges, sample, True, random)
    changed = 0
    for row in range(len(rows)):
        for place, one in enumerate(new[row, : n_new[row]]):
            for other in new[row, place + 1 : n_new[row]]:
                changed += _compare(rows, edges, one, other)
            for other in old[row, : n_old[row]]:
                changed += _compare(rows, edges, one, other)
    return changed


@helper
def _sampled(edges: GraphEdges, sample: int, new: bool, random: Any) -> Any:
    """Return a sample of the new or old neighbours of each row in both directions, (n, 2 * sample), and its sizes (n,).

    Sampled edges are marked as old.
    """
    n_rows = len(edges.positions)
    chosen, n_chosen = np.empty((n_rows, 2 * sample), np.int32), np.zeros(n_rows, np.int64)
    for row in range(n_rows):
        for place in np.flatnonzero(edges.new[row] == new)[:sample]:
            chosen[row, n_chosen[row]] = edges.positions[row, place]
            n_chosen[row] += 1
            edges.new[row, place] = False
    _add_reverse(chosen, n_chosen, sample, random)
    return chosen, n_chosen


@helper
def _add_reverse(chosen: Any, n_chosen: Any, sample: int, random: Any) -> None:
    """Add a random sample of the rows that sampled a row, by reservoir sampling: at most `sample` of them."""
    n_forward, n_reverse = n_chosen.copy(), np.zeros(len(chosen), np.int64)
    for row in range(len(chosen)):
        for target in chosen[row, : n_forward[row]]:
            place = n_reverse[target]
            n_reverse[target] += 1
            if place >= sample:
                place = np.int64(random.random() * n_reverse[target])
            else:
                n_chosen[target] += 1
            if place < sample:
                chosen[target, n_forward[target] + place] = row


@helper
def _compare(rows: Any, edges: GraphEdges, one: int, other: int) -> int:
    """Insert two rows as neighbours of each other if near enough; return the number of edges that changed."""
    if one == other:
        return 0
    similarity = np.float32(inner_product(rows, one, rows, other, rows.shape[1]))
    return insert_edge(edges, one, other, similarity) + insert_edge(edges, other, one, similarity)


@helper
def insert_edge(edges: GraphEdges, row: int, position: int, similarity: Any) -> int:
    """Insert a neighbour in order and drop the last; return 0 if it is present already or not near enough, else 1."""
    positions, similarities, new = edges.positions[row], edges.similarities[row], edges.new[row]
    place = len(positions)
    while place and _is_nearer(similarity, position, similarities[place - 1], positions[place - 1]):
        place -= 1
    if place == len(positions) or (place and positions[place - 1] == position):
        return 0
    for each in range(len(positions) - 1, place, -1):
        positions[each], similarities[each], new[each] = positions[each - 1], similarities[each - 1], new[each - 1]
    positions[place], similarities[place], new[place] = position, similarity, True
    return 1


@helper
def _is_nearer(similarity: Any, position: int, other_similarity: Any, other_position: int) -> bool:
    return similarity > other_similarity or (similarity == other_similarity and position < other_position)


def _improve_plainly(rows: np.ndarray, edges: GraphEdges, sample: int, random: np.random.Generator) -> int:
    """Run a round in NumPy. Unlike `_improve` it counts only edges that remain after a chunk of rows."""
    old, new = (_sampled(edges, sample, is_new, random) for is_new in (False, True))
    chunks = [slice(start, start + _CHUNK) for start in range(0, len(rows), _CHUNK)]
    return sum(_merge_pairs(rows, edges, *_pairs(len(rows), old, new, chunk)) for chunk in chunks)


def _pairs(n_rows: int, old: Any, new: Any, some: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of rows that a round compares for some rows: new with new, and new with old."""
    members = [np.where(np.arange(rows.shape[1]) < n[:, None], rows, -1)[some] for rows, n in (new, old)]
    width, places = members[0].shape[1], np.triu_indices(2 * members[0].shape[1], 1)
    one, other = (np.hstack(members).astype(np.int64)[:, place[places[0] < width]].ravel() for place in places)
    valid = (one >= 0) & (other >= 0) & (one != other)
    keys = np.unique(np.minimum(one, other)[valid] * n_rows + np.maximum(one, other)[valid])
    return keys // n_rows, keys % n_rows


def _merge_pairs(rows: np.ndarray, edges: GraphEdges, one: np.ndarray, other: np.ndarray) -> int:
    """Insert both directions of the pairs into the edges; return how many edges are added."""
    approximate = np.tile(np.einsum("ij,ij->i", rows[one], rows[other], dtype=np.float64).astype(np.float32), 2)
    source, target, degree = np.append(one, other), np.append(other, one), edges.positions.shape[1]
    near = approximate >= np.nextafter(edges.similarities[source, -1], np.float32(-np.inf))
    source, target = source[near], target[near]
    similarity = paired_inner_products(rows[source], rows[target]).astype(np.float32)
    sources = np.unique(source)
    source, target = np.append(np.repeat(sources, degree), source), np.append(edges.positions[sources], target)
    similarity = np.append(edges.similarities[sources], similarity)
    added = np.arange(len(source)) >= len(sources) * degree
    new = np.where(added, True, np.resize(edges.new[sources], len(source)))
    order = np.lexsort((added, target, -similarity, source))
    again = (np.diff(source[order], prepend=-1) == 0) & (np.diff(target[order], prepend=-1) == 0)
    order = order[~again]
    starts = np.searchsorted(source[order], sources)
    best = order[starts[:, None] + np.arange(degree)]
    edges.positions[sources], edges.similarities[sources] = target[best], similarity[best]
    edges.new[sources] = new[best]
    return int(added[best].sum())
