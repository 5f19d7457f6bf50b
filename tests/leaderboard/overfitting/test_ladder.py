"""What a team is told of its submissions: on a plain board everything, by the Ladder only what is really better."""

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


def told(board, *submissions):
    """The scores that a team is told, one after each submission."""
    release, scores = None, []
    for each in submissions:
        release = board.release(MAP, each, release)
        scores.append(round(release.score, 9))
    return scores


def test_a_plain_board_tells_every_score():
    assert told(PlainMechanism(), answers(0.5), answers(0.51), answers(0.4)) == [0.5, 0.51, 0.4]


def test_a_score_must_be_better_by_more_than_the_step():
    assert told(LadderMechanism(step=0.1), answers(0.5), answers(0.6), answers(0.61), answers(0.2)) == [
        0.5,
        0.5,
        0.6,
        0.6,
    ]


def test_scores_are_told_as_multiples_of_the_step():
    assert told(LadderMechanism(step=0.25), answers(0.33), answers(0.99)) == [0.25, 1.0]


def test_a_told_score_never_leaves_the_bounds_of_the_metric():
    assert told(LadderMechanism(step=0.65), answers(0.99)) == [1.0]


def test_without_a_step_the_standard_error_of_the_difference_decides():
    noisy = answers(0.51, noise=0.3)
    error = np.std(noisy.values - 0.5, ddof=1) / 10
    assert noisy.values.mean() - 0.5 < error
    assert told(LadderMechanism(), answers(0.5), noisy) == [0.5, 0.5]
    assert told(LadderMechanism(), answers(0.5), answers(0.51)) == [0.5, 0.51]


def test_without_a_step_scores_are_multiples_of_one_query_in_all():
    assert told(LadderMechanism(), answers(0.5049)) == [0.5]


def test_the_same_submission_twice_tells_nothing_new():
    assert told(LadderMechanism(), answers(0.5049), answers(0.5049)) == [0.5, 0.5]


def test_the_best_so_far_is_kept_with_what_it_was_the_score_of():
    best = LadderMechanism(step=0.1).release(MAP, answers(0.5))
    assert LadderMechanism(step=0.1).release(MAP, answers(0.55), best) is best


def test_a_release_can_be_made_again_from_what_was_stored():
    """A server keeps the score that was told and the number of the submission, not the object."""
    mechanism, new = LadderMechanism(), answers(0.8, noise=0.1)
    live = mechanism.release(MAP, answers(0.5))
    stored = ReleasedScore(live.score, answers(0.5))
    assert mechanism.release(MAP, new, live).score == mechanism.release(MAP, new, stored).score


def test_where_less_is_better_a_lower_score_climbs():
    class Loss(type(MAP)):
        higher_is_better: ClassVar[bool] = False

    board, loss = LadderMechanism(step=0.1), Loss()
    first = board.release(loss, answers(0.5))
    assert board.release(loss, answers(0.9), first) is first
    assert board.release(loss, answers(0.2), first).score == pytest.approx(0.2)


def recognition(correct):
    shown = np.ones(len(correct), bool)
    return RecognitionJudgement(IDS[: len(correct)], shown, shown, correct, np.linspace(1, 0, len(correct)))


def test_gap_is_told_by_the_jackknife():
    board, gap = LadderMechanism(), GlobalAveragePrecision()
    half = recognition(np.arange(100) % 2 == 0)
    other_half = recognition(np.arange(100) % 2 == 1)
    first = board.release(gap, other_half)
    assert gap.score(half) > gap.score(other_half)
    assert board.release(gap, half, first) is first  # better, and no more than chance
    assert board.release(gap, recognition(np.ones(100, bool)), first).score == 1.0


def test_what_counts_nowhere_cannot_be_told():
    with pytest.raises(NoPositives):
        LadderMechanism().release(MAP, QueryValues(IDS, np.full(100, np.nan)))


@pytest.mark.parametrize("step", [0, -0.1, 1.1, float("nan")])
def test_a_step_is_a_share_of_the_scale(step):
    with pytest.raises(LeaderboardError, match="above 0"):
        LadderMechanism(step)
