"""Tests of `metrics.curves`: the costs of wrong answers, and the precisions by confidence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import GlobalAveragePrecision, judge_recognition
from metrics.curves import gap_costs, precision_by_confidence

TRUTH = {f"q{number}": [number % 3] * (number % 4 > 0) for number in range(8)}

answers = st.dictionaries(
    st.sampled_from(sorted(TRUTH)), st.tuples(st.integers(0, 2), st.sampled_from([0.1, 0.5, 0.9]))
)


@given(answers)
def test_the_cost_of_a_wrong_answer_is_what_gap_gains_without_it(given_answers: dict[str, tuple[int, float]]) -> None:
    metric = GlobalAveragePrecision()
    judgement = judge_recognition(given_answers, TRUTH)
    for query, cost in zip(TRUTH, gap_costs(judgement), strict=True):
        others = {name: answer for name, answer in given_answers.items() if name != query}
        wrong = query in given_answers and given_answers[query][0] not in TRUTH[query]
        gained = metric.score(judge_recognition(others, TRUTH)) - metric.score(judgement) if wrong else 0.0
        assert cost == pytest.approx(gained, abs=1e-12)


@given(answers)
def test_gap_is_the_sum_of_the_precisions_at_right_answers(given_answers: dict[str, tuple[int, float]]) -> None:
    judgement = judge_recognition(given_answers, TRUTH)
    order, along, _ = precision_by_confidence(judgement)
    total = along[judgement.correct[order]].sum() / np.count_nonzero(judgement.landmark)
    assert total == pytest.approx(GlobalAveragePrecision().score(judgement))
    assert (np.diff(judgement.confidence[order]) <= 0).all()
