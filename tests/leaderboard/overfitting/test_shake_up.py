"""Tests of `leaderboard.overfitting.shake_up`, against drawing and scoring parts one by one."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from leaderboard import LeaderboardError
from leaderboard.overfitting.shake_up import ShakeUp, shake_up, tied_ranks
from metrics import GlobalAveragePrecision, QueryValues, RecognitionJudgement, metric
from metrics.statistics.public_redraws import random_public_masks

MAP, GAP = metric("map@100"), GlobalAveragePrecision()
N = 60
IDS = np.array([f"{i:02}" for i in range(N)], object)
PUBLIC = np.random.default_rng(3).random(N) < 0.4


def retrieval(skills=(0.6, 0.55, 0.5), seed=0):
    """Entries whose average precisions scatter about their skill; coarse, so that some scores are equal."""
    rng = np.random.default_rng(seed)
    return {f"entry {s}": QueryValues(IDS, (rng.random(N) < s).astype(float)) for s in skills}


def recognition(skills=(0.6, 0.55, 0.5), seed=0):
    rng = np.random.default_rng(seed)
    landmark = rng.random(N) < 0.7
    result = {}
    for skill in skills:
        correct = landmark & (rng.random(N) < skill)
        confidence = rng.integers(0, 5, N) + correct
        result[f"entry {skill}"] = RecognitionJudgement(IDS, landmark, np.ones(N, bool), correct, confidence * 1.0)
    return result


def test_the_simulation_equals_drawing_and_scoring_one_by_one():
    for each, answers in ((MAP, retrieval()), (GAP, recognition())):
        strata = answers["entry 0.6"].landmark if each is GAP else np.zeros(N, bool)
        masks = np.concatenate(list(random_public_masks(PUBLIC, strata, 40, 7)))
        shares = {name: [Fraction(0)] * 3 for name in answers}
        wins = Fraction(0)
        for mask in masks:
            public, private = (
                {name: round(score(each, answer.select(part)), 12) for name, answer in answers.items()}
                for part in (mask, ~mask)
            )
            for name in answers:
                above = sum(other > private[name] for other in private.values())
                equal = sum(other == private[name] for other in private.values())
                for rank in range(above, above + equal):
                    shares[name][rank] += Fraction(1, equal * len(masks))
            best = [name for name in answers if public[name] == max(public.values())]
            won = [name for name in best if private[name] == max(private.values())]
            wins += Fraction(len(won), len(best) * len(masks))
        result = shake_up(each, answers, PUBLIC, draws=40, seed=7)
        np.testing.assert_allclose(
            result.rank_shares, [[float(each) for each in own] for own in shares.values()], atol=1e-12
        )
        assert result.p_public_best_wins == pytest.approx(float(wins))


def score(each, judgement):
    return float(judgement.values.mean()) if isinstance(judgement, QueryValues) else each.score(judgement)


@pytest.mark.parametrize("each", [MAP, GAP], ids=repr)
def test_the_original_parts_give_the_original_scores(each):
    answers = retrieval() if each is MAP else recognition()
    result = shake_up(each, answers, PUBLIC, draws=1)
    for column, answer in zip(result.scores.T, answers.values(), strict=True):
        assert column == pytest.approx([score(each, answer.select(part)) for part in (PUBLIC, ~PUBLIC)], abs=1e-12)


@pytest.mark.parametrize("each", [MAP, GAP], ids=repr)
def test_identical_entries_share_all_their_ranks(each):
    answers = retrieval() if each is MAP else recognition()
    result = shake_up(each, answers | {"twin": answers["entry 0.55"]}, PUBLIC, draws=200)
    np.testing.assert_allclose(result.rank_shares[1], result.rank_shares[3])
    assert not (result.simulated_ranks[..., 1] != result.simulated_ranks[..., 3]).any()


def test_each_entry_has_a_rank_and_each_rank_an_entry_in_every_draw():
    result = shake_up(MAP, retrieval((0.5, 0.5, 0.52, 0.48, 0.5)), PUBLIC, draws=300)
    np.testing.assert_allclose(result.rank_shares.sum(axis=0), 1)
    np.testing.assert_allclose(result.rank_shares.sum(axis=1), 1)
    assert result.rank_shares.min() >= 0


def test_the_order_of_queries_and_of_entries_does_not_matter():
    answers = retrieval()
    backwards = {name: answer.select(np.arange(N)[::-1]) for name, answer in reversed(answers.items())}
    one, other = shake_up(MAP, answers, PUBLIC, draws=50), shake_up(MAP, backwards, PUBLIC[::-1], draws=50)
    np.testing.assert_allclose(one.simulated_scores, other.simulated_scores[..., ::-1])


def test_an_entry_that_is_better_at_every_query_wins_every_draw():
    answers = {"best": QueryValues(IDS, np.full(N, 0.9)), "worst": QueryValues(IDS, np.full(N, 0.1))}
    result = shake_up(MAP, answers, PUBLIC, draws=20)
    assert result.p_public_best_wins == 1
    assert result.move_interval(0) == result.move_interval(1) == (0, 0)
    assert (result.rank_interval(0), result.rank_interval(1)) == ((1, 1), (2, 2))
    assert result.pairs(["worst"])[0].names == ("worst",)
    assert result.pairs(["worst"])[0].p_best == 0


def test_queries_that_do_not_count_are_never_drawn():
    values = np.where(np.arange(N) < 20, np.nan, 0.5)
    answers = {"a": QueryValues(IDS, values), "b": QueryValues(IDS, values / 2)}
    result = shake_up(MAP, answers, PUBLIC, draws=20)
    np.testing.assert_allclose(result.simulated_scores[..., 0], 0.5)


def simulated(*private, public=None):
    """A shake-up of two draws, of which the private scores are given, entry by entry."""
    private = np.array(private).T
    public = private if public is None else np.array(public).T
    return ShakeUp(tuple("abcd"[: private.shape[1]]), np.stack([public[0], private[0]]), np.stack([public, private], 1))


def test_the_pair_with_the_best_entry_in_most_draws_comes_first():
    result = simulated([0.9, 0.1, 0.1], [0.8, 0.8, 0.2], [0.1, 0.9, 0.9])
    pairs = {pair.names: (pair.p_best, pair.rank) for pair in result.pairs()}
    assert pairs == {("a", "c"): (1, 1), ("b", "c"): (2 / 3, 4 / 3), ("a", "b"): (1 / 3, (1 + 2 + 2) / 3)}
    assert result.pairs()[0].names == ("a", "c")
    assert result.two_best_public().names == ("a", "b")


def test_pairs_that_never_have_the_best_entry_are_ordered_by_rank():
    result = simulated([0.9, 0.9], [0.5, 0.4], [0.4, 0.5], [0.3, 0.3])
    assert [pair.names for pair in result.pairs("bcd")] == [("b", "c"), ("b", "d"), ("c", "d")]


def test_the_best_public_entries_of_each_draw_are_selected_in_each_draw():
    result = simulated([0.9, 0.1], [0.5, 0.5], [0.1, 0.9], public=([0.1, 0.1], [0.5, 0.5], [0.9, 0.9]))
    assert (result.best_public_of_each_draw().p_best, result.best_public_of_each_draw().rank) == (0.5, 1.5)


def test_an_interval_leaves_out_the_rarest_draws_at_both_ends():
    scores = np.arange(20.0)
    result = simulated(scores, scores[::-1])
    assert (result.rank_interval(0, level=1.0), result.rank_interval(0, level=0.9)) == ((1, 2), (1, 2))
    rare = simulated(np.r_[1.0, np.zeros(19)], np.r_[0.0, np.ones(19)])
    assert (rare.rank_interval(0, level=1.0), rare.rank_interval(0, level=0.9)) == ((1, 2), (2, 2))


def test_pairs_are_all_pairs():
    result = shake_up(MAP, retrieval(np.linspace(0.3, 0.7, 6)), PUBLIC, draws=30)
    assert {pair.names for pair in result.pairs()} == set(combinations(result.names, 2))


def test_equal_scores_share_their_ranks():
    first, last = tied_ranks(np.array([0.2, 0.7, 0.7, 0.9]), higher=False)
    assert (first.tolist(), last.tolist()) == ([1, 2, 2, 4], [1, 3, 3, 4])


def test_entries_that_cannot_be_simulated_are_refused():
    with pytest.raises(LeaderboardError, match="one part"):
        shake_up(MAP, retrieval(), np.ones(N, bool))
    with pytest.raises(LeaderboardError, match="no entries"):
        shake_up(MAP, {}, PUBLIC)
    with pytest.raises(LeaderboardError, match="different queries"):
        shake_up(MAP, {"a": QueryValues(IDS, np.ones(N)), "b": QueryValues(IDS[::-1], np.ones(N))}, PUBLIC)
    with pytest.raises(LeaderboardError, match="nobody: not among"):
        shake_up(MAP, retrieval(), PUBLIC, draws=2).pairs(["nobody"])
