"""A graph of nearest neighbours by descent, as the 11th place's kgraph makes it.

Neighbours of neighbours are likely neighbours. From a random graph on, those that a row has newly found are compared
with each other and with the older ones, in both directions of the edges, until hardly anything improves.

Source: "Efficient k-nearest neighbor graph construction for generic similarity measures", W. Dong, C. Moses and K. Li,
2011. Similarities are exact, so that the graph is the same on every machine.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from solutions.kernels.jit import helper, kernel
from solutions.neighbours.exact_rerank import reranked
from solutions.neighbours.kernels.float_tiles import inner
from solutions.neighbours.neighbours import Neighbours, are_readable, check_k, check_rows, lent, no_neighbours


class Edges(NamedTuple):
    """The neighbours of each row, (n, degree), the nearest first, ties by position; `new` were not looked at yet."""

    positions: Any  # int32
    similarities: Any  # float32
    new: Any  # bool


@dataclass(frozen=True)
class Descent:
    """How a graph is made; a graph of k neighbours is cut out of one of `degree`, where that is more."""

    degree: int = 50
    sample: int = 20  # new and old neighbours of a row, in either direction, that are compared in a round
    delta: float = 0.002  # rounds end when so small a share of the neighbours changes
    rounds: int = 30  # at most
    seed: int = 0

    def graph(self, rows: np.ndarray, k: int) -> Neighbours:
        """Return nearly the k nearest other rows to each of `rows` (n, d): (n, k), with exact similarities.

        >>> Descent().graph(np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]), 2).positions.tolist()
        [[1, 2], [0, 2], [0, 1]]
        """
        check_k(k)
        check_rows(rows)
        found, numbers = no_neighbours(len(rows), k), lent(rows)
        readable = np.flatnonzero(are_readable(numbers))
        degree = min(max(self.degree, k), len(readable) - 1)
        if degree > 0:
            made = self.made(numbers if len(readable) == len(rows) else lent(numbers[readable]), degree)
            width = min(k, degree)
            found.positions[readable, :width] = readable[made.positions[:, :width]]
            found.similarities[readable, :width] = made.similarities[:, :width]
        return found

    def made(self, rows: np.ndarray, degree: int) -> Edges:
        """Return the graph of rows (n, d) float32 that can all be read; `degree` is below n."""
        random = np.random.default_rng(self.seed)
        edges = _random_graph(rows, degree, random)
        for _ in range(self.rounds):
            if _improve(rows, edges, self.sample, random) <= self.delta * edges.positions.size:
                break
        return edges


def _random_graph(rows: np.ndarray, degree: int, random: np.random.Generator) -> Edges:
    """Return `degree` other rows for each: those at the same distances along a random order of all."""
    n_rows = len(rows)
    order = random.permutation(n_rows)
    steps = 1 + random.choice(n_rows - 1, degree, replace=False)
    positions = np.empty((n_rows, degree), np.int32)
    for column, step in enumerate(steps):
        positions[order, column] = np.roll(order, -step)
    found = reranked(rows, rows, positions, degree)
    return Edges(found.positions, found.similarities, np.ones(positions.shape, np.bool_))


@kernel
def _improve(rows: Any, edges: Edges, sample: int, random: Any) -> int:
    """Do a round and return how many neighbours have changed."""
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
def _sampled(edges: Edges, sample: int, new: bool, random: Any) -> Any:
    """Some new or old neighbours of each row and some rows whose neighbour it is, (n, 2 * sample), and how many.

    New ones that are taken are old from then on.
    """
    n_rows = len(edges.positions)
    taken, n_taken = np.empty((n_rows, 2 * sample), np.int32), np.zeros(n_rows, np.int64)
    for row in range(n_rows):
        for place in np.flatnonzero(edges.new[row] == new)[:sample]:
            taken[row, n_taken[row]] = edges.positions[row, place]
            n_taken[row] += 1
            edges.new[row, place] = False
    _add_reverse(taken, n_taken, sample, random)
    return taken, n_taken


@helper
def _add_reverse(taken: Any, n_taken: Any, sample: int, random: Any) -> None:
    """Add the rows that have taken a row, `sample` of them at most, each as likely as any other."""
    n_forward, n_reverse = n_taken.copy(), np.zeros(len(taken), np.int64)
    for row in range(len(taken)):
        for target in taken[row, : n_forward[row]]:
            place = n_reverse[target]
            n_reverse[target] += 1
            if place >= sample:
                place = np.int64(random.random() * n_reverse[target])
            else:
                n_taken[target] += 1
            if place < sample:
                taken[target, n_forward[target] + place] = row


@helper
def _compare(rows: Any, edges: Edges, one: int, other: int) -> int:
    """Make two rows neighbours of each other, if they are near enough; return how many neighbours have changed."""
    if one == other:
        return 0
    similarity = np.float32(inner(rows, one, rows, other, rows.shape[1]))
    return insert(edges, one, other, similarity) + insert(edges, other, one, similarity)


@helper
def insert(edges: Edges, row: int, position: int, similarity: Any) -> int:
    """Put a neighbour where it belongs, and drop the last; return 0 if it is there already, or not near enough."""
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
