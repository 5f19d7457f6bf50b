"""Candidates of each query: rows that may be among its k nearest, with approximate inner products ("sums").

For each query a bound on the error of its sums is known. A row is skipped only if its sum is below the k-th largest by
more than that bound. The candidates that remain are ranked by exact inner products (`inner_product`). So the answer
depends on nothing but queries and index.
"""

from typing import Any, NamedTuple

import numpy as np

from harness import helper
from solutions.kernels.inner_product import inner_product
from solutions.neighbours.kernels.float_tiles import prefetch_row
from solutions.neighbours.kernels.simd_ops import PANEL
from solutions.neighbours.neighbours import MAX_LENGTH, Neighbours, empty_neighbours

ROUNDING = 2.0**-24  # largest relative error of a float32 result
SMALLEST = 2.0**-126  # largest absolute error of one near 0
_PREFETCH = 4  # candidates whose rows are prefetched
_HALVINGS, _SLACK = 12, 8  # `approx_kth` ends after so many halvings, or with at most so many values too many


class SearchState(NamedTuple):
    """The search of queries (n, d) so far. Candidates of a query with equal sums are in order of position."""

    queries: Any  # (n, d) float32
    panels: Any  # (n_panels, any, PANEL): the queries in the layout of tiles
    lengths: Any  # (n,) float64, NaN for unreadable queries
    max_squared: Any  # (1,) float32: largest squared length of the rows so far
    errors: Any  # (n,) float64: upper bound of the error of a sum
    kth_bounds: Any  # (n,) float32: lower bound of the k-th largest inner product
    thresholds: Any  # (n_panels * PANEL,) float32: a row with a lower sum is no candidate; NaN admits none
    n_candidates: Any  # (n,) int64
    sums: Any  # (n, capacity) float32
    positions: Any  # (n, capacity) int32


def empty_state(queries: np.ndarray, lengths: np.ndarray, panels: np.ndarray, size: int) -> SearchState:
    """Return the state before the first block, with room for `size` candidates of each query."""
    n_queries = len(queries)
    thresholds = np.full(len(panels) * PANEL, np.nan, np.float32)
    thresholds[:n_queries][~np.isnan(lengths)] = -np.inf
    bounds = np.zeros(1, np.float32), np.zeros(n_queries), np.full(n_queries, -np.inf, np.float32)
    candidates = np.empty((n_queries, size), np.float32), np.empty((n_queries, size), np.int32)
    return SearchState(queries, panels, lengths, *bounds, thresholds, np.zeros(n_queries, np.int64), *candidates)


def query_lengths(queries: np.ndarray) -> np.ndarray:
    """Return the lengths of queries (n, d): (n,) float64, NaN for unreadable ones."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths: np.ndarray = np.sqrt(np.square(queries, dtype=np.float64).sum(axis=1))
    lengths[~(lengths <= MAX_LENGTH)] = np.nan
    return lengths


def result(state: SearchState, k: int) -> Neighbours:
    """Return the k nearest, after `rank_exactly` of every query."""
    nearest = empty_neighbours(len(state.queries), k)
    used = np.arange(k) < state.n_candidates[:, None]
    nearest.positions[used], nearest.similarities[used] = state.positions[:, :k][used], state.sums[:, :k][used]
    return nearest


class IndexBlock(NamedTuple):
    """Rows of the index that are searched, and for how many neighbours."""

    rows: Any  # (n_rows, d) float32
    squared: Any  # (n_rows + PADDING,) float32: their squared lengths
    has_lengths: bool  # whether `squared` is filled already
    first: int  # position of the first row
    k: int


@helper
def free_capacity(block: IndexBlock, query: Any, state: SearchState) -> None:
    """Drop candidates of a query so that another fits."""
    _prune(block.k, query, state)
    if 2 * state.n_candidates[query] > block.k + state.sums.shape[1]:  # many are too close to each other
        rank_exactly(block, query, state)


@helper
def _prune(k: int, query: int, state: SearchState) -> None:
    """Raise the threshold by the sums of the candidates, and drop those below it."""
    n_candidates = state.n_candidates[query]
    if n_candidates > k:
        raise_threshold(approx_kth(state.sums[query, :n_candidates], k) - state.errors[query], query, state)
        _drop_below_threshold(query, state)


@helper
def _drop_below_threshold(query: int, state: SearchState) -> None:
    sums, positions, threshold, n_left = state.sums[query], state.positions[query], state.thresholds[query], 0
    for number in range(state.n_candidates[query]):
        candidate_sum = sums[number]
        sums[n_left], positions[n_left] = candidate_sum, positions[number]
        n_left += candidate_sum >= threshold
    state.n_candidates[query] = n_left


@helper
def raise_threshold(kth_bound: Any, query: int, state: SearchState) -> None:
    """Raise the threshold of a query of which k rows have inner products of at least `kth_bound`."""
    state.kth_bounds[query] = max(state.kth_bounds[query], np.float32(kth_bound))
    set_threshold(query, state)


@helper
def set_threshold(query: int, state: SearchState) -> None:
    """Set the threshold to (lower bound of the k-th inner product) - (error bound): no row below can be among the k."""
    if not np.isnan(state.lengths[query]):
        state.thresholds[query] = state.kth_bounds[query] - state.errors[query]


@helper
def approx_kth(sums: Any, k: int) -> Any:
    """Return a number that at least k of the sums reach, and few more, by bisection: faster than the k-th itself."""
    low, high = sums.min(), sums.max()
    for _ in range(_HALVINGS):
        middle = low + (high - low) / np.float32(2)
        count = 0
        for number in range(len(sums)):
            count += sums[number] >= middle
        if count < k:
            high = middle
        else:
            low = middle
            if count <= k + _SLACK:
                break
    return low


@helper
def rank_exactly(block: IndexBlock, query: int, state: SearchState) -> None:
    """Keep the k nearest candidates, by exact inner products; candidates of earlier blocks already have these."""
    k = block.k
    _prune(k, query, state)
    if state.n_candidates[query] > 2 * (k + _SLACK):
        _prune_by_exact(block, query, state)
    n_candidates = state.n_candidates[query]
    if n_candidates == 0:
        return
    sums, positions = state.sums[query, :n_candidates], state.positions[query, :n_candidates]
    _compute_exact(block, query, sums, positions, state.queries)
    order = np.argsort(-sums, kind="mergesort")
    sums[:], positions[:] = sums[order], positions[order]
    state.n_candidates[query] = min(k, n_candidates)
    if n_candidates >= k:
        raise_threshold(sums[k - 1], query, state)


@helper
def _prune_by_exact(block: IndexBlock, query: int, state: SearchState) -> None:
    """Raise the threshold by exact inner products of the best candidates, and drop those below it."""
    n_candidates, n_best = state.n_candidates[query], 0
    sums, positions = state.sums[query, :n_candidates], state.positions[query, :n_candidates]
    low = approx_kth(sums, block.k)
    best, best_positions = np.empty(n_candidates, np.float32), np.empty(n_candidates, np.int32)
    for number in range(n_candidates):
        best[n_best], best_positions[n_best] = sums[number], positions[number]
        n_best += sums[number] >= low
    _compute_exact(block, query, best[:n_best], best_positions[:n_best], state.queries)
    raise_threshold(approx_kth(best[:n_best], block.k), query, state)
    _drop_below_threshold(query, state)


@helper
def _compute_exact(block: IndexBlock, query: int, sums: Any, positions: Any, queries: Any) -> None:
    """Replace the sums of candidates in this block by exact inner products."""
    rows, first, d = block.rows, block.first, block.rows.shape[1]
    for number in range(len(sums)):
        prefetch_row(rows, np.int64(positions[min(number + _PREFETCH, len(sums) - 1)]) - first, d)
        if positions[number] >= first:
            sums[number] = inner_product(queries, query, rows, np.int64(positions[number]) - first, d)
