"""The spread of a solution's score over seeds: mean and standard deviation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from leaderboard.order import Order, Rankable, age_key


@dataclass(frozen=True)
class SeedSpread:
    """Mean and sample standard deviation of a score over some seeds; `deviation` is None for a single seed."""

    seeds: int
    mean: float | None
    deviation: float | None


def seed_spread(entries: Iterable[Rankable], order: Order, part: str) -> SeedSpread:
    """The spread over the seeds of one identity, by the score of a part; of several runs of a seed the latest counts.

    A solution that does not depend on the seed has the deviation 0.
    """
    scores = {entry.seed: order.score(entry, part) for entry in sorted(entries, key=age_key)}
    scored = [score for score in scores.values() if score is not None]
    return SeedSpread(len(scored), *mean_and_deviation(scored))


def mean_and_deviation(scores: Sequence[float]) -> tuple[float | None, float | None]:
    """Mean and sample standard deviation; None where there are too few scores.

    >>> mean_and_deviation([1.0, 3.0]), mean_and_deviation([1.0]), mean_and_deviation([])
    ((2.0, 1.4142135623730951), (1.0, None), (None, None))
    """
    if not scores:
        return None, None
    if len(scores) > 1 and min(scores) == max(scores):  # exactly 0, whatever the rounding of the mean
        return scores[0], 0.0
    mean = fsum(scores) / len(scores)
    squares = fsum((score - mean) ** 2 for score in scores)
    return mean, sqrt(squares / (len(scores) - 1)) if len(scores) > 1 else None
