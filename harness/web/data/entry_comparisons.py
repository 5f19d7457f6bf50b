"""Differences of entries to a reference entry: intervals, significance tests, and queries on which one is better."""

from collections.abc import Mapping
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

    `p` is the p-value of the paired permutation test; `correct_p_values` corrects it for several entries. The entry is
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
    store: EntryStore, metric: Metric, part: str, reference: int, other: int
) -> ReferenceComparison:
    """Return the comparison of an entry with the reference, both by their numbers.

    Raises DataError if one lacks values by query, if they answer different queries, or if no query counts.
    """
    judgements = [_judgement(store, metric, part, number) for number in (reference, other)]
    try:
        (pair,) = compare(metric, {_REFERENCE: judgements[:1], _OTHER: judgements[1:]}).pairs
    except NoPositives:
        raise DataError(f"none of the {part} queries counts by {metric.name}") from None
    except ValueError:
        raise DataError(f"entries {reference} and {other} answer different queries") from None
    if pair.better == _OTHER:
        return ReferenceComparison(pair.difference, pair.low, pair.high, pair.p, pair.wins, pair.ties, pair.losses)
    return ReferenceComparison(-pair.difference, -pair.high, -pair.low, pair.p, pair.losses, pair.ties, pair.wins)


def correct_p_values(comparisons: Mapping[int, ReferenceComparison]) -> dict[int, ReferenceComparison]:
    """Return the comparisons with p-values after Holm's correction over all of them."""
    corrected = holm([each.p for each in comparisons.values()])
    return {number: replace(each, p=float(p)) for (number, each), p in zip(comparisons.items(), corrected, strict=True)}


def _judgement(store: EntryStore, metric: Metric, part: str, number: int) -> Judgement:
    values = store.per_query(number, required_arrays(metric))
    try:
        return from_arrays(metric, np.array(store.query_ids(number), object), values, part)
    except (KeyError, ValueError):
        raise DataError(f"entry {number} has no values by query; run it again") from None
