import pytest
from scipy import stats

from leaderboard.fold_test import paired_fold_test, two_sided_p


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("t", [0.0, 0.7, 2.5, 12.0])
def test_the_probability_is_that_of_students_t(degrees: int, t: float) -> None:
    assert two_sided_p(t, degrees) == pytest.approx(2 * stats.t.sf(t, degrees), abs=1e-12)


def test_the_correction_makes_the_usual_paired_test_more_careful() -> None:
    first, second = [0.61, 0.55, 0.64, 0.58, 0.6], [0.57, 0.54, 0.6, 0.55, 0.59]
    p = paired_fold_test(first, second)
    assert p is not None
    assert p > stats.ttest_rel(first, second).pvalue
    assert p == pytest.approx(paired_fold_test(second, first))


def test_equal_scores_and_a_single_fold_are_no_difference() -> None:
    assert paired_fold_test([0.5, 0.6], [0.5, 0.6]) == 1.0
    assert paired_fold_test([0.5, 0.6], [0.3, 0.4]) == 0.0
    assert paired_fold_test([0.5], [0.4]) is None
