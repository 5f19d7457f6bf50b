"""A sample of the test queries, the same for every solution and seed, to try solutions in less time.

Queries are ordered by a digest of their ids, so a smaller sample is part of a larger one. Queries that the ground truth
scores come first: an ignored query would cost time and not change a score.
"""

import re
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from harness.data.ground_truth import GroundTruth
from harness.data.split import TEST, Split
from harness.data.tables.id_index import find_positions

_NAME = re.compile(r"(\d+) of \d+ test queries")


def sample_size(split: str) -> int | None:
    """Return the number of queries of a sample by the name of its split; None for any other split.

    >>> sample_size("200 of 1129 test queries"), sample_size("test"), sample_size("fold 1/5 of deal ab12")
    (200, None, None)
    """
    match = _NAME.fullmatch(split)
    return int(match[1]) if match else None


def is_fold(split: str) -> bool:
    """Return whether the name of a split is that of a fold, not of the test images or a sample of them.

    >>> is_fold("fold 1/5 of deal ab12"), is_fold("test"), is_fold("200 of 1129 test queries")
    (True, False, False)
    """
    return split != TEST and sample_size(split) is None


def sample_split(split: Split, limit: int) -> Split:
    """Return the test split with a sample of at most `limit` queries; the split itself if it has no more.

    The ground truth of the sample ignores all other queries. Without ground truth the sample is of all queries.
    """
    if limit >= len(split.queries):
        return split
    rows = sample_rows(split.queries.ids, split.ground_truth, limit)
    queries = split.queries[rows]
    name = f"{len(rows)} of {len(split.queries)} {TEST} queries"
    truth = split.ground_truth and restrict_truth(split.ground_truth, queries.ids)
    return replace(split, name=name, queries=queries, ground_truth=truth)


def sample_rows(query_ids: np.ndarray, truth: GroundTruth | None, limit: int) -> np.ndarray:
    """Return the rows of the sample, ascending: at most `limit` of the queries that are scored, or of all queries."""
    rows = np.arange(len(query_ids))
    if truth is not None:
        scored = find_positions(truth.query_ids[truth.scored], query_ids)
        rows = np.unique(scored[scored >= 0]) if (scored >= 0).any() else rows
    first = sorted(rows.tolist(), key=lambda row: _key(str(query_ids[row])))[:limit]
    return np.array(sorted(first), dtype=np.int64)


def restrict_truth(truth: GroundTruth, query_ids: np.ndarray) -> GroundTruth:
    """Return the ground truth in which all queries are ignored except the named ones."""
    in_sample = find_positions(truth.query_ids, query_ids) >= 0
    return replace(truth, usage=np.where(in_sample, truth.usage, "Ignored").astype(object))


def _key(query_id: str) -> bytes:
    return blake2b(f"query {query_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
