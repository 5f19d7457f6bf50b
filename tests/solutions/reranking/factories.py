"""Small indexes of unit vectors, and their neighbours by a slow search."""

import numpy as np

from solutions.neighbours.neighbours import Neighbours


def unit(rows) -> np.ndarray:
    rows = np.asarray(rows, np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clustered(n: int, d: int = 8, clusters: int = 4, seed: int = 0, apart: float = 1.0) -> np.ndarray:
    """Return unit vectors around a few centres `(n, d)` float32, the same centres for any seed."""
    centres = np.random.default_rng(99).normal(size=(clusters, d))
    draw = np.random.default_rng(seed)
    rows = centres[draw.integers(0, clusters, n)] + draw.normal(size=(n, d)) / (2 * apart)
    return unit(rows).astype(np.float32)


def nearest_by_sorting(queries, index, k: int) -> Neighbours:
    """Return the k nearest one by one, ties by lowest position; rows of NaN are not found."""
    positions = np.full((len(queries), k), -1, np.int32)
    similarities = np.full((len(queries), k), -np.inf, np.float32)
    for row, query in enumerate(np.asarray(queries, np.float64)):
        near = [(-np.float32(query @ other), place) for place, other in enumerate(np.asarray(index, np.float64))]
        near = sorted(each for each in near if not np.isnan(each[0]))[:k]
        for rank, (value, place) in enumerate(near):
            positions[row, rank], similarities[row, rank] = place, -value
    return Neighbours(positions, similarities)


def graph_of(index, k: int) -> Neighbours:
    """Return the k nearest other images of each image of an index."""
    positions = np.full((len(index), k), -1, np.int32)
    similarities = np.full((len(index), k), -np.inf, np.float32)
    everything = nearest_by_sorting(index, index, len(index))
    for row in range(len(index)):
        others = [rank for rank in range(len(index)) if everything.positions[row, rank] not in (row, -1)][:k]
        positions[row, : len(others)] = everything.positions[row, others]
        similarities[row, : len(others)] = everything.similarities[row, others]
    return Neighbours(positions, similarities)


def rows_of(results: Neighbours) -> list[list[int]]:
    return [row[row >= 0].tolist() for row in results.positions]
