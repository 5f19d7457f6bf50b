"""Tests of `leaderboard.overfitting.boosting_attack`: the attack climbs a plain board, and a Ladder a quarter as far."""

import numpy as np
import pytest

from leaderboard.overfitting.boosting_attack import boosting_attack, mix_answers
from leaderboard.overfitting.ladder import LadderMechanism, PlainMechanism
from metrics import GlobalAveragePrecision, QueryValues, RecognitionJudgement, metric

MAP = metric("map@100")
QUERIES = 4000


def complementary_answers(n_queries, seed=0):
    """Return two answers, one of which is right at each query and the other wrong."""
    right = np.random.default_rng(seed).integers(2, size=n_queries).astype(np.float64)
    ids = np.array([f"{query:06}" for query in range(n_queries)], dtype=object)
    return QueryValues(ids, right), QueryValues(ids, 1 - right)


def third_public(n, seed):
    return np.random.default_rng(seed).permutation(n) < n // 3


def mean_errors(board, seeds=3):
    """Return the reported public score after 400 submissions minus the private score, and the private score."""
    attacks = [
        boosting_attack(MAP, board, complementary_answers(QUERIES, seed), third_public(QUERIES, seed), seed=seed)
        for seed in range(seeds)
    ]
    return np.mean([each.error for each in attacks]), np.mean([each.private_scores[-1] for each in attacks])


def test_a_boosting_attack_gains_on_the_plain_board_and_not_on_the_ladder():
    plain, ladder, steps = (
        mean_errors(board) for board in (PlainMechanism(), LadderMechanism(), LadderMechanism(step=0.05))
    )
    assert plain[0] > 0.09  # some .62 told, where everybody is worth .5
    assert ladder[0] < 0.05  # the luck of a few submissions
    assert steps[0] < 0.02  # rounded to .5
    assert all(abs(private - 0.5) < 0.02 for _, private in (plain, ladder, steps))


def test_more_submissions_gain_more_on_the_plain_board_alone():
    public = third_public(QUERIES, 1)
    attack = {
        board: boosting_attack(MAP, board, complementary_answers(QUERIES, 1), public, steps=[10, 50, 400])
        for board in (PlainMechanism(), LadderMechanism())
    }
    few, some, many = attack[PlainMechanism()].public_scores
    assert few < some - 0.01 < many - 0.04
    assert attack[LadderMechanism()].public_scores[-1] - attack[LadderMechanism()].public_scores[1] < 0.02


def test_the_attack_and_the_ladder_work_with_gap_too():
    rng = np.random.default_rng(5)
    n = 1500
    ids = np.array([f"{i:04}" for i in range(n)], object)
    landmark = rng.random(n) < 0.7
    right = rng.integers(2, size=n, dtype=bool)
    answers = tuple(
        RecognitionJudgement(ids, landmark, np.ones(n, bool), landmark & correct, rng.random(n))
        for correct in (right, ~right)
    )
    plain, ladder = (
        boosting_attack(GlobalAveragePrecision(), board, answers, third_public(n, 5), steps=[200])
        for board in (PlainMechanism(), LadderMechanism())
    )
    assert plain.error > 0.1
    assert ladder.error < 0.06


def test_the_vote_of_one_submission_is_that_submission():
    attack = boosting_attack(MAP, PlainMechanism(), complementary_answers(300), third_public(300, 2), steps=[1], seed=4)
    ballot = np.random.default_rng(4).integers(2, size=(1, 300), dtype=bool)[0]
    values = mix_answers(*complementary_answers(300), ballot).values
    public = third_public(300, 2)
    assert attack.public_scores == (round(values[public].mean(), 5),)
    assert attack.private_scores == (values[~public].mean(),)


def test_the_same_seed_gives_the_same_attack():
    attacks = [
        boosting_attack(
            MAP, LadderMechanism(), complementary_answers(200), third_public(200, 0), steps=[5, 20], seed=seed
        )
        for seed in (7, 7, 8)
    ]
    assert attacks[0] == attacks[1] != attacks[2]


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_mixed_answers_are_selected_from_either_system(share):
    a, b = complementary_answers(50)
    second = np.arange(50) < share * 50
    result = mix_answers(a, b, second)
    assert isinstance(result, QueryValues)
    np.testing.assert_array_equal(result.values, [b.values[i] if second[i] else a.values[i] for i in range(50)])
