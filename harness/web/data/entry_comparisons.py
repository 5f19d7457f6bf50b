"""Differences of entries to a reference entry: intervals, significance tests, and queries on which one is better."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.errors import DataError
from harness.scoring.stored_evaluation import from_arrays, required_arrays
from leaderboard import EntryStore
from metrics import Judgement, Metric, NoPositives, compare
from metrics.statistics.permutation_test import holm

_REFERENCE, _OTHER = "reference", "other"


@dataclass(frozen=True)
class ReferenceComparison:
    """The score of an entry minus that of the reference, with the bounds of its 95 % interval.

    `p` is the p-value of the paired permutation test after Holm's correction over all compared entries. The entry is
    better on `wins` queries, equal on `ties` and worse on `losses`.
    """

    difference: float
    low: float
    high: float
    p: float
    wins: int
    ties: int
    losses: int


def compare_with_reference(
    store: EntryStore, metric: Metric, part: str, reference: int, others: Sequence[int]
) -> dict[int, ReferenceComparison]:
    """Return the comparison of each entry with the reference, by its number.

    Raises DataError if an entry lacks values by query, if entries answer different queries, or if no query counts.
    """
    judgement = _judgement(store, metric, part, reference)
    compared = {number: _compare(metric, judgement, store, part, number) for number in others}
    corrected = holm([each.p for each in compared.values()])
    return {number: replace(each, p=float(p)) for (number, each), p in zip(compared.items(), corrected, strict=True)}


def _compare(metric: Metric, reference: Judgement, store: EntryStore, part: str, number: int) -> ReferenceComparison:
    answers = {_REFERENCE: [reference], _OTHER: [_judgement(store, metric, part, number)]}
    try:
        (pair,) = compare(metric, answers).pairs
    except NoPositives:
        raise DataError(f"none of the {part} queries counts by {metric.name}") from None
    except ValueError:
        raise DataError(f"entry {number} answers other queries than the first entry") from None
    if pair.better == _OTHER:
        return ReferenceComparison(pair.difference, pair.low, pair.high, pair.p, pair.wins, pair.ties, pair.losses)
    return ReferenceComparison(-pair.difference, -pair.high, -pair.low, pair.p, pair.losses, pair.ties, pair.wins)


def _judgement(store: EntryStore, metric: Metric, part: str, number: int) -> Judgement:
    values = store.per_query(number, required_arrays(metric))
    try:
        return from_arrays(metric, np.array(store.query_ids(number), object), values, part)
    except (KeyError, ValueError):
        raise DataError(f"entry {number} has no values by query; run it again") from None
