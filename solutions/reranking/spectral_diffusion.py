"""Spectral diffusion: an approximation by the precomputed leading eigenvectors of the graph.

Source: Iscen et al., Fast spectral ranking for similarity search, CVPR 2018: f = U (I - alpha L)^-1 U^T y, with the
largest eigenvalues L of S and their vectors U. Two choices are ours. Eigenvectors are computed for each component of
the graph separately, so that each contributes its largest eigenvalue, which is always 1. And the part of y outside the
leading eigenvectors is not dropped but unchanged, as if all other eigenvalues were 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from harness import kernel
from solutions.kernels.arrays import check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import GAMMA
from solutions.reranking.diffusion import ALPHA, N_START
from solutions.reranking.neighbour_lists import append_rest, check_alpha
from solutions.reranking.sparse_matrices import iterate_rows, to_matrix, top_k_of_rows

_DENSE = 256  # images of a component up to which a dense solver is used
_DECIMALS = 9  # of f; solvers differ beyond these
_SEED = 0


@dataclass(frozen=True)
class GraphComponent:
    """A connected component of the graph and its leading eigenvectors."""

    images: np.ndarray  # (m,) positions, ascending
    eigenvalues: np.ndarray  # (r,) float64
    eigenvectors: np.ndarray  # (r, m) float64


@dataclass(frozen=True)
class Spectrum:
    """The components of a graph; `component_of` `(n_index,)` is the number of each image's component."""

    component_of: np.ndarray
    components: tuple[GraphComponent, ...]


def spectrum(normalised: csr_array, rank: int = 200) -> Spectrum:
    """Return the `rank` leading eigenvectors of each component of `normalised_affinity`, or all if there are fewer.

    They take 8 `rank` bytes an index image; a component of 100 000 images takes some minutes. An image without mutual
    neighbours is its own component.
    """
    check_k(rank)
    count, component_of = connected_components(normalised, directed=False)
    members = np.split(
        np.argsort(component_of, kind="stable"), np.cumsum(np.bincount(component_of, minlength=count))[:-1]
    )
    return Spectrum(component_of, tuple(_component(normalised, images, rank) for images in members if len(images)))


def diffuse_spectrally(
    results: Neighbours,
    leading: Spectrum,
    *,
    n_start: int = N_START,
    gamma: float = GAMMA,
    alpha: float = ALPHA,
    k: int = 100,
) -> Neighbours:
    """Return the k index images with the largest f, diffused from the first `n_start` results: `(n_queries, k)`."""
    check_k(min(k, n_start))
    check_alpha(alpha)
    start = to_matrix(results, len(leading.component_of), gamma, n_start)
    spread = (_spread(images, weights, leading, alpha) for images, weights in iterate_rows(start))
    return append_rest(top_k_of_rows(spread, len(results.positions), k), results, k)


def _component(normalised: csr_array, images: np.ndarray, rank: int) -> GraphComponent:
    block = normalised[images][:, images]
    if len(images) <= max(_DENSE, rank):
        eigenvalues, vectors = np.linalg.eigh(block.toarray())
    else:
        start = np.random.default_rng(_SEED).normal(size=len(images))
        eigenvalues, vectors = eigsh(block, rank, which="LA", v0=start)
    leading = np.argsort(-eigenvalues, kind="stable")[:rank]
    return GraphComponent(images, eigenvalues[leading], np.ascontiguousarray(vectors[:, leading].T))


def _spread(seeds: np.ndarray, weights: np.ndarray, leading: Spectrum, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the images, ascending, in the components of the seeds, and f there."""
    images, values = [np.zeros(0, int)], [np.zeros(0)]
    for number in np.unique(leading.component_of[seeds]):
        component = leading.components[number]
        within = leading.component_of[seeds] == number
        places = np.searchsorted(component.images, seeds[within])
        vectors = component.eigenvectors[:, places]
        gains = 1 / (1 - alpha * component.eigenvalues) - 1
        factors = (vectors * weights[within]).sum(axis=1) * gains
        total = np.zeros(len(component.images))
        total[places] = weights[within]
        _add_up(factors, component.eigenvectors, total)
        images.append(component.images)
        values.append(total.round(_DECIMALS))
    order = np.argsort(np.concatenate(images))
    return np.concatenate(images)[order], np.concatenate(values)[order]


@kernel
def _add_up(factors: Any, rows: Any, total: Any) -> None:
    for number in range(len(factors)):
        for column in range(len(total)):
            total[column] += factors[number] * rows[number, column]
