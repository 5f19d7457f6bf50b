"""Tests of `leaderboard.overfitting.ladder`: the scores that each mechanism releases."""

from typing import ClassVar

import numpy as np
import pytest

from leaderboard import LeaderboardError
from leaderboard.overfitting.ladder import LadderMechanism, PlainMechanism, ReleasedScore
from metrics import GlobalAveragePrecision, NoPositives, QueryValues, RecognitionJudgement, metric

MAP = metric("map@100")
IDS = np.array([f"{i:03}" for i in range(100)], object)


def answers(mean, noise=0.0):
    """What a hundred queries got: `mean`, give or take `noise` by turns."""
    return QueryValues(IDS, mean + noise * np.resize([-1.0, 1.0], 100))


def released_scores(board, *submissions):
    """Return the released score after each submission."""
    release, scores = None, []
    for each in submissions:
        release = board.release(MAP, each, release)
        scores.append(round(release.score, 9))
    return scores


def test_the_plain_mechanism_releases_every_score():
    assert released_scores(PlainMechanism(), answers(0.5), answers(0.51), answers(0.4)) == [0.5, 0.51, 0.4]


def test_a_score_must_be_better_by_more_than_the_step():
    assert released_scores(LadderMechanism(step=0.1), answers(0.5), answers(0.6), answers(0.61), answers(0.2)) == [
        0.5,
        0.5,
        0.6,
        0.6,
    ]


def test_released_scores_are_multiples_of_the_step():
    assert released_scores(LadderMechanism(step=0.25), answers(0.33), answers(0.99)) == [0.25, 1.0]


def test_a_released_score_is_within_the_bounds_of_the_metric():
    assert released_scores(LadderMechanism(step=0.65), answers(0.99)) == [1.0]


def test_without_a_step_the_standard_error_of_the_difference_decides():
    noisy = answers(0.51, noise=0.3)
    error = np.std(noisy.values - 0.5, ddof=1) / 10
    assert noisy.values.mean() - 0.5 < error
    assert released_scores(LadderMechanism(), answers(0.5), noisy) == [0.5, 0.5]
    assert released_scores(LadderMechanism(), answers(0.5), answers(0.51)) == [0.5, 0.51]


def test_without_a_step_scores_are_multiples_of_1_by_the_number_of_queries():
    assert released_scores(LadderMechanism(), answers(0.5049)) == [0.5]


def test_the_same_submission_twice_releases_no_new_score():
    assert released_scores(LadderMechanism(), answers(0.5049), answers(0.5049)) == [0.5, 0.5]


def test_the_best_score_is_released_with_its_judgement():
    best = LadderMechanism(step=0.1).release(MAP, answers(0.5))
    assert LadderMechanism(step=0.1).release(MAP, answers(0.55), best) is best


def test_a_release_can_be_rebuilt_from_stored_values():
    """A server stores the released score and the number of the submission, not the object."""
    mechanism, new = LadderMechanism(), answers(0.8, noise=0.1)
    live = mechanism.release(MAP, answers(0.5))
    stored = ReleasedScore(live.score, answers(0.5))
    assert mechanism.release(MAP, new, live).score == mechanism.release(MAP, new, stored).score


def test_a_lower_score_climbs_if_lower_is_better():
    class Loss(type(MAP)):
        higher_is_better: ClassVar[bool] = False

    board, loss = LadderMechanism(step=0.1), Loss()
    first = board.release(loss, answers(0.5))
    assert board.release(loss, answers(0.9), first) is first
    assert board.release(loss, answers(0.2), first).score == pytest.approx(0.2)


def recognition(correct):
    shown = np.ones(len(correct), bool)
    return RecognitionJudgement(IDS[: len(correct)], shown, shown, correct, np.linspace(1, 0, len(correct)))


def test_gap_is_released_by_the_jackknife():
    board, gap = LadderMechanism(), GlobalAveragePrecision()
    half = recognition(np.arange(100) % 2 == 0)
    other_half = recognition(np.arange(100) % 2 == 1)
    first = board.release(gap, other_half)
    assert gap.score(half) > gap.score(other_half)
    assert board.release(gap, half, first) is first  # better, and no more than chance
    assert board.release(gap, recognition(np.ones(100, bool)), first).score == 1.0


def test_without_a_counting_query_nothing_is_released():
    with pytest.raises(NoPositives):
        LadderMechanism().release(MAP, QueryValues(IDS, np.full(100, np.nan)))


@pytest.mark.parametrize("step", [0, -0.1, 1.1, float("nan")])
def test_an_invalid_step_is_refused(step):
    with pytest.raises(LeaderboardError, match="above 0"):
        LadderMechanism(step)
