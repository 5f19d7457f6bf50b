"""Kernels of judgements, of global average precision and of redraws of the public queries."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.jit import helper, linear_kernel

Codes = NDArray[np.integer[Any]]


@helper
def slot_of(code: int, codes: Codes, owners: Codes, owner: int) -> int:
    """The slot of the owner's code in the open-addressing hash table, or the free slot for it."""
    mask = len(codes) - 1
    slot = (int(code) * 0x9E3779B1) & mask
    while owners[slot] == owner and codes[slot] != code:
        slot = (slot + 1) & mask
    return slot


@linear_kernel("rankings", "relevant")
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


@linear_kernel("public")
def precision_sums(
    order: NDArray[Any], right: NDArray[np.bool_], public: NDArray[np.uint8], sums: NDArray[np.float64]
) -> None:
    """Add up the precisions at the right answers, in the public queries and in the others, for many draws at once.

    `order` (n_answers,) has the rows of the answers by descending confidence, and `right` whether each is right.
    `public` is (n_queries, n_draws), 1 or 0; `sums` is (2, n_draws). The draws are the inner loop, so that the
    processor counts several of them in one instruction.
    """
    draws = public.shape[1]
    ranks, rights = np.zeros(draws, np.int32), np.zeros(draws, np.int32)
    n_right = 0
    for place in range(len(order)):
        inside = public[order[place]]
        for draw in range(draws):
            ranks[draw] += np.int32(inside[draw])
        if right[place]:
            n_right += 1
            for draw in range(draws):
                rights[draw] += np.int32(inside[draw])
                if inside[draw]:
                    sums[0, draw] += rights[draw] / ranks[draw]
                else:
                    sums[1, draw] += (n_right - rights[draw]) / (place + 1 - ranks[draw])


@linear_kernel("uniform")
def mark_random_rows(rows: NDArray[Any], uniform: NDArray[np.float64], marked: NDArray[np.bool_]) -> None:
    """Mark as many of `rows` as there are numbers in `uniform`, each in [0, 1); every choice is equally probable.

    The rows are reordered: these are the first steps of a Fisher-Yates shuffle.
    """
    for place in range(len(uniform)):
        other = place + int(uniform[place] * (len(rows) - place))
        rows[place], rows[other] = rows[other], rows[place]
        marked[rows[place]] = True
