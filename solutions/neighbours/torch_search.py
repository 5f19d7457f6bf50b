"""Nearest neighbours by PyTorch, on a CUDA GPU if there is one.

Blocks of inner products are computed in float32 or bfloat16. The largest of a query are among the groups of rows with
the largest maxima, so only these groups are sorted. The candidates are ranked by float64 sums, on the same device if
the index fits there.
"""

from importlib.util import find_spec
from typing import Any

import numpy as np

from solutions.neighbours.exact_rerank import rerank_exactly
from solutions.neighbours.neighbours import MAX_LENGTH, Neighbours, as_descriptors, empty_neighbours

_QUERIES, _ROWS = 4096, 2**17  # of a block of inner products: 2 GB of float32
_GROUP = 32  # rows of which only the maximum is sorted at first
_GATHERED = 2**26  # numbers of candidates that are ranked at once: 512 MB of float64
_SHARE = 0.7  # of the free memory of a GPU that an index may fill


def has_gpu() -> bool:
    """Return whether PyTorch is installed and can use a GPU."""
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


class TorchIndex:
    """Rows `(n, d)` that are searched; they stay on the device if they fill less than 70 % of its free memory."""

    def __init__(self, index: np.ndarray, kind: str) -> None:
        import torch

        self.index, self.device, self.kind = index, "cuda" if has_gpu() else "cpu", getattr(torch, kind)
        self.rows = None
        if self._fits():
            self.rows = torch.empty(index.shape, dtype=torch.float32, device=self.device)
            for start in range(0, len(index), _ROWS):
                self.rows[start : start + _ROWS] = self._upload(index[start : start + _ROWS])
            self.penalties = [_penalty(self.rows[start : start + _ROWS]) for start in range(0, len(index), _ROWS)]
            self.coarse = self.rows.to(self.kind)

    def search(self, queries: np.ndarray, k: int, n_candidates: int) -> Neighbours:
        """Return the k nearest rows to each query, from this number of candidates."""
        import torch

        with torch.inference_mode():
            chunks = [self._upload(queries[start : start + _QUERIES]) for start in range(0, len(queries), _QUERIES)]
            candidates = self._candidates(chunks, n_candidates)
            if self.rows is None:
                return rerank_exactly(
                    queries, self.index, np.concatenate([part.cpu().numpy() for part in candidates]), k
                )
            results, start = empty_neighbours(len(queries), k), 0
            for chunk, places in zip(chunks, candidates, strict=True):
                for some, own in _split(chunk, places):
                    _fill(results, start, *_rank(some, self.rows, own, k))
                    start += len(some)
            return results

    def _candidates(self, chunks: list[Any], n_wanted: int) -> list[Any]:
        """Return the positions of the largest products, `(n_queries, n_wanted)` a chunk; -1 for unreadable rows."""
        best: list[Any] = [None] * len(chunks)
        coarse = [chunk.to(self.kind) for chunk in chunks]
        for number, start in enumerate(range(0, len(self.index), _ROWS)):  # outside, so that rows are uploaded once
            rows, penalty = self._block(number, start)
            for place, chunk in enumerate(coarse):
                sums, positions = _largest(chunk @ rows.T, penalty, n_wanted)
                best[place] = _merge(best[place], sums, positions + start, n_wanted)
        return [positions.masked_fill(sums.isneginf(), -1) for sums, positions in best]

    def _block(self, number: int, start: int) -> tuple[Any, Any]:
        if self.rows is not None:
            return self.coarse[start : start + _ROWS], self.penalties[number]
        rows = self._upload(self.index[start : start + _ROWS])
        penalty = _penalty(rows)
        return rows.to(self.kind), penalty

    def _upload(self, rows: np.ndarray) -> Any:
        import torch

        return torch.from_numpy(np.array(as_descriptors(rows))).to(self.device)

    def _fits(self) -> bool:
        import torch

        n_bytes = self.index.size * (4 if self.kind == torch.float32 else 6)
        return self.device == "cpu" or bool(n_bytes < _SHARE * torch.cuda.mem_get_info()[0])


def _penalty(rows: Any) -> Any:
    """Return what to add to the products of rows: -inf for unreadable ones, which are set to 0; None without any."""
    import torch

    unreadable = ~(torch.linalg.vector_norm(rows, dim=1, dtype=torch.float64) <= MAX_LENGTH)
    if not bool(unreadable.any()):
        return None
    rows[unreadable] = 0
    return torch.zeros(len(rows), device=rows.device).masked_fill(unreadable, -torch.inf)


def _largest(products: Any, penalty: Any, n_wanted: int) -> tuple[Any, Any]:
    """Return the largest of each row of products, and their columns: `(n_queries, n_wanted)` or fewer."""
    import torch

    if penalty is not None:
        products = products + penalty.to(products.dtype)
    n_queries, n_rows = products.shape
    if n_rows % _GROUP or n_rows <= n_wanted * _GROUP:
        return torch.topk(products, min(n_wanted, n_rows), dim=1)  # type: ignore[no-any-return]
    grouped = products.view(n_queries, -1, _GROUP)
    groups = torch.topk(grouped.amax(dim=2), n_wanted, dim=1).indices
    members = grouped.gather(1, groups[:, :, None].expand(-1, -1, _GROUP)).view(n_queries, -1)
    sums, places = torch.topk(members, n_wanted, dim=1)
    return sums, groups.gather(1, places // _GROUP) * _GROUP + places % _GROUP


def _merge(best: Any, sums: Any, positions: Any, n_wanted: int) -> tuple[Any, Any]:
    import torch

    if best is None:
        return sums, positions
    sums, positions = torch.cat([best[0], sums], dim=1), torch.cat([best[1], positions], dim=1)
    sums, places = torch.topk(sums, min(n_wanted, sums.shape[1]), dim=1)
    return sums, positions.gather(1, places)


def _split(chunk: Any, places: Any) -> list[tuple[Any, Any]]:
    """Return queries and their candidates in parts whose rows fit into memory."""
    size = max(1, _GATHERED // max(1, places.shape[1] * chunk.shape[1]))
    return list(zip(chunk.split(size), places.split(size), strict=True))


def _rank(queries: Any, rows: Any, places: Any, k: int) -> tuple[Any, Any]:
    """Return positions and similarities of the k nearest candidates, best first, equal ones by position."""
    import torch

    places = places.sort(dim=1).values
    vectors, numbers = rows[places.clamp(min=0)].double(), queries.double()
    readable = (torch.linalg.vector_norm(numbers, dim=1) <= MAX_LENGTH)[:, None]
    similarities = torch.bmm(vectors, numbers[:, :, None])[:, :, 0].float()
    similarities = similarities.masked_fill((places < 0) | ~readable, -torch.inf)
    similarities, order = similarities.sort(dim=1, descending=True, stable=True)
    return places.gather(1, order)[:, :k], similarities[:, :k]


def _fill(results: Neighbours, start: int, positions: Any, similarities: Any) -> None:
    here, width = slice(start, start + len(positions)), positions.shape[1]
    results.similarities[here, :width] = similarities.cpu().numpy()
    found_none = np.isneginf(results.similarities[here, :width])
    results.positions[here, :width] = np.where(found_none, -1, positions.cpu().numpy())
