"""Which of several systems are not significantly worse than the best one: permutation test with Holm's correction."""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.base import Metric
from metrics.judgement import Judgement
from metrics.statistics.bootstrap import sorted_by_id
from metrics.statistics.comparison import bootstrap_scores, first_place_shares, require_same_queries
from metrics.statistics.permutation_test import holm, permutation_p_value

EXCHANGES, REPLICATES = 2000, 500


@dataclass(frozen=True)
class ComparisonWithBest:
    """A system compared with the best one.

    `p_holm` is the corrected p-value of the permutation test, None for the best system itself. `p_first` is the share
    of resamples in which the system has the best score.
    """

    p_holm: float | None
    p_first: float

    @property
    def tied(self) -> bool:
        """Whether it is the best system or not significantly different from it at the level of 5 %."""
        return self.p_holm is None or self.p_holm >= 0.05


def compare_with_best(
    metric: Metric, answers: Mapping[str, Judgement], *, seed: int = 0
) -> dict[str, ComparisonWithBest]:
    """Compare each system with the first, which is the best; a faster `compare` that tests only these pairs.

    Raises ValueError if two systems have different queries.

    >>> from metrics import MeanAveragePrecision, judge_retrieval
    >>> truth = {f"q{i}": ["a"] for i in range(50)}
    >>> half = judge_retrieval({f"q{i}": ["a"] for i in range(25)}, truth)
    >>> answers = {"half": half, "too": half, "none": judge_retrieval({}, truth)}
    >>> compared = compare_with_best(MeanAveragePrecision(), answers)
    >>> [(name, each.tied, each.p_first) for name, each in compared.items()]
    [('half', True, 0.5), ('too', True, 0.5), ('none', False, 0.0)]
    """
    ordered = {name: [sorted_by_id(judgement)] for name, judgement in answers.items()}
    require_same_queries(ordered)
    best, *others = ordered.values()
    p = holm([permutation_p_value(metric, best, other, EXCHANGES, seed) for other in others])
    resampled = bootstrap_scores(metric, [best, *others], REPLICATES, seed)
    shares = first_place_shares(resampled if metric.higher_is_better else -resampled).tolist()
    return {name: ComparisonWithBest(*both) for name, *both in zip(ordered, [None, *p], shares, strict=True)}
