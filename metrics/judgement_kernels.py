"""The kernel of `judge_retrieval_codes`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.jit import helper, kernel

Codes = NDArray[np.integer[Any]]


@helper
def slot_of(code: int, codes: Codes, owners: Codes, owner: int) -> int:
    """The slot of the owner's code in the open-addressing hash table, or the free slot for it."""
    mask = len(codes) - 1
    slot = (int(code) * 0x9E3779B1) & mask
    while owners[slot] == owner and codes[slot] != code:
        slot = (slot + 1) & mask
    return slot


@kernel
def judge(
    rankings: Codes, relevant: Codes, offsets: Codes, codes: Codes,
    hits: NDArray[np.bool_], lengths: Codes, n_relevant: Codes,
) -> None:  # fmt: skip
    """Fill in hits `(n_queries, k)`, lengths of the rankings, and how many different codes are relevant to each query.

    `codes` is the memory of a hash table of one query's relevant codes: a power of two, more than any query has.
    Entries of earlier queries have another owner, so the table is not cleared between queries.
    """
    owners = np.full(len(codes), -1)
    not_hit = np.zeros(len(codes), np.bool_)
    for query in range(len(rankings)):
        for code in relevant[offsets[query] : offsets[query + 1]]:
            slot = slot_of(code, codes, owners, query)
            n_relevant[query] += owners[slot] != query
            codes[slot], owners[slot], not_hit[slot] = code, query, True
        for rank in range(rankings.shape[1]):
            code = rankings[query, rank]
            lengths[query] += code != -1
            if code >= 0:
                slot = slot_of(code, codes, owners, query)
                hits[query, rank] = owners[slot] == query and not_hit[slot]
                not_hit[slot] = False
