"""Which of several answers to the same queries cannot be told from the best of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.base import Metric
from metrics.judgement import Judgement
from metrics.statistics.bootstrap import by_id
from metrics.statistics.comparison import bootstrapped, shares_of_first
from metrics.statistics.permutation_test import holm, p_exchanged

EXCHANGES, REPLICATES = 2000, 500


@dataclass(frozen=True)
class AgainstFirst:
    """An answer against the best: `p_holm`, None for the best itself, and how often it is first among resamples.

    `p_holm` is how often answers exchanged at random differ as much as these two do, corrected for how many are held
    against the first.
    """

    p_holm: float | None
    p_first: float

    @property
    def tied(self) -> bool:
        """Whether it cannot be told from the first at the level of 5 %, or is the first."""
        return self.p_holm is None or self.p_holm >= 0.05


def against_first(metric: Metric, answers: Mapping[str, Judgement], *, seed: int = 0) -> dict[str, AgainstFirst]:
    """Each of some answers, the best first, against that one; what `compare` does where only these pairs matter.

    Raises ValueError where two were asked other queries.

    >>> from metrics import MeanAveragePrecision, judge_retrieval
    >>> truth = {f"q{i}": ["a"] for i in range(50)}
    >>> half = judge_retrieval({f"q{i}": ["a"] for i in range(25)}, truth)
    >>> found = against_first(MeanAveragePrecision(), {"half": half, "too": half, "none": judge_retrieval({}, truth)})
    >>> [(name, each.tied, each.p_first) for name, each in found.items()]
    [('half', True, 0.5), ('too', True, 0.5), ('none', False, 0.0)]
    """
    ordered = {name: [by_id(judgement)] for name, judgement in answers.items()}
    (best, *others), first = ordered.items(), next(iter(ordered.values()))
    for name, (judgement,) in others:
        if not np.array_equal(judgement.query_ids, first[0].query_ids):
            raise ValueError(f"{best[0]} and {name} were not asked the same queries")
    p = holm([p_exchanged(metric, first, judgement, EXCHANGES, seed) for _, judgement in others])
    drawn = bootstrapped(metric, list(ordered.values()), REPLICATES, seed)
    shares = shares_of_first(drawn if metric.higher_is_better else -drawn).tolist()
    return {name: AgainstFirst(*told) for name, told in zip(ordered, zip([None, *p], shares, strict=True), strict=True)}
