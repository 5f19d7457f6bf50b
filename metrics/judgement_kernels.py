"""The kernel of `judge_retrieval_codes`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.jit import helper, kernel

Codes = NDArray[np.integer[Any]]


@helper
def place_of(code: int, codes: Codes, owners: Codes, owner: int) -> int:
    """The place in the table where the owner's code stands, or where it would."""
    mask = len(codes) - 1
    place = (code * 0x9E3779B1) & mask
    while owners[place] == owner and codes[place] != code:
        place = (place + 1) & mask
    return place


@kernel
def judge(
    rankings: Codes, relevant: Codes, offsets: Codes, codes: Codes,
    hits: NDArray[np.bool_], lengths: Codes, n_relevant: Codes,
) -> None:  # fmt: skip
    """Fill in hits `(n_queries, k)`, lengths of the rankings, and how many different codes are relevant to each query.

    `codes` is room for a table of one query's relevant codes: a power of two, more than any query has. What earlier
    queries left in it has another owner.
    """
    owners = np.full(len(codes), -1)
    unfound = np.zeros(len(codes), np.bool_)
    for query in range(len(rankings)):
        for code in relevant[offsets[query] : offsets[query + 1]]:
            place = place_of(code, codes, owners, query)
            n_relevant[query] += owners[place] != query
            codes[place], owners[place], unfound[place] = code, query, True
        for rank in range(rankings.shape[1]):
            code = rankings[query, rank]
            lengths[query] += code != -1
            if code >= 0:
                place = place_of(code, codes, owners, query)
                hits[query, rank] = owners[place] == query and unfound[place]
                unfound[place] = False
