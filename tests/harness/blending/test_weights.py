"""Tests of `harness.blending.weights`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from harness.blending.fusion import fuse_answers
from harness.blending.weights import FoldAnswers, best_on_other_folds, find_weights, weight_grid
from harness.data.ground_truth import GroundTruth
from harness.errors import DataError
from harness.scoring.evaluate import evaluate
from harness.submissions.answer import Labelling, Ranking

INDEX = np.array([f"i{n}" for n in range(30)], object)


def fold(seed: int, hits: Sequence[float], queries: int = 12) -> FoldAnswers:
    """Return rankings that list the relevant image first for a share `hits` of the queries."""
    generator = np.random.default_rng(seed)
    ids = np.array([f"{seed}q{n}" for n in range(queries)], object)
    right = generator.integers(0, len(INDEX), queries)
    answers = []
    for share in hits:
        order = np.argsort(generator.random((queries, len(INDEX))), axis=1)
        result = generator.random(queries) < share
        order[result] = np.argsort(np.arange(len(INDEX)) != right[result, None], axis=1, kind="stable")
        answers.append(Ranking.from_positions(order[:, :10], ids, INDEX))
    usage = np.full(queries, "Private", object)
    return FoldAnswers(tuple(answers), GroundTruth.from_lists("retrieval", ids, usage, INDEX[right][:, None].tolist()))


FOLDS = [fold(seed, (0.7, 0.4, 0.1)) for seed in range(4)]
NAMES = ["good", "fair", "poor"]


def score(each: FoldAnswers, weights: Sequence[float]) -> float:
    result = evaluate(fuse_answers(each.answers, weights), each.truth).scores["all"]["map@100"]
    assert result is not None
    return result


def test_the_weights_are_the_best_candidates_with_their_scores_on_the_folds() -> None:
    result = find_weights(NAMES, FOLDS, "rrf", 60)
    means = {weights: np.mean([score(each, weights) for each in FOLDS]) for weights in weight_grid(3)}
    best = max(means.values())
    assert means[result.weights] == best
    assert (result.equal.mean, result.metric) == (pytest.approx(means[(1 / 3,) * 3]), "map@100")
    assert [each.name for each in result.singles] == NAMES
    assert result.singles[0].mean == pytest.approx(means[1, 0, 0])
    assert result.singles[2].mean == pytest.approx(means[0, 0, 1])
    assert result.nested.mean <= best
    assert result.nested.deviation > 0


def test_the_weights_of_a_fold_are_chosen_on_the_others() -> None:
    scores = np.random.default_rng(0).random((20, 4))
    chosen = best_on_other_folds(scores)
    assert chosen.tolist() == [int(np.delete(scores, fold, 1).mean(axis=1).argmax()) for fold in range(4)]
    for fold in range(4):
        changed = scores.copy()
        changed[:, fold] = np.random.default_rng(fold).permutation(20) * 9.0
        assert best_on_other_folds(changed)[fold] == chosen[fold]
        assert (best_on_other_folds(changed) != chosen).any()


def test_the_answers_of_a_fold_do_not_change_its_weights() -> None:
    """Of two folds each is scored by the best weights of the other, whatever its own answers are."""
    one, two = FOLDS[0], FOLDS[1]
    best_on_two = find_weights(NAMES, [two, two], "rrf", 60).weights
    for other in (one, fold(9, (0.0, 0.1, 0.9)), replace(one, answers=one.answers[::-1])):
        nested = find_weights(NAMES, [other, two], "rrf", 60).nested
        best_on_other = find_weights(NAMES, [other, other], "rrf", 60).weights
        assert nested.mean == pytest.approx((score(other, best_on_two) + score(two, best_on_other)) / 2)


def test_the_order_of_solutions_does_not_matter() -> None:
    result = {}
    for order in permutations(range(3)):
        folds = [replace(each, answers=tuple(each.answers[place] for place in order)) for each in FOLDS]
        weights = find_weights([NAMES[place] for place in order], folds, "votes", 60)
        by_name = dict(zip([NAMES[place] for place in order], weights.weights, strict=True))
        result[order] = (by_name, weights.nested, {each.name: each.mean for each in weights.singles})
    assert all(each == result[0, 1, 2] for each in result.values())


def test_of_mirrored_weights_the_same_are_chosen_in_any_order() -> None:
    """Each of two solutions is right about one query of a fold, where equal weights are wrong about both."""
    ids, usage = np.array(["q1", "q2"], object), np.full(2, "Private", object)
    truth = GroundTruth.from_lists("recognition", ids, usage, [[9], [9]])
    one = Labelling.of(np.array([9, 1]), np.full(2, 0.5), ids)
    two = Labelling.of(np.array([1, 9]), np.full(2, 0.5), ids)
    folds = [FoldAnswers((one, two), truth), FoldAnswers((two, one), truth)]
    turned = [FoldAnswers((two, one), truth), FoldAnswers((one, two), truth)]
    assert find_weights(["a", "b"], folds, "score", 60).weights == (0.4, 0.6)
    assert find_weights(["b", "a"], turned, "score", 60).weights == (0.6, 0.4)


def test_tied_weights_are_equal_weights() -> None:
    same = [replace(each, answers=(each.answers[0],) * 3) for each in FOLDS]
    result = find_weights(NAMES, same, "rrf", 60)
    assert result.weights == (1 / 3,) * 3
    assert result.nested == replace(result.equal, name=result.nested.name)


def test_weights_of_labellings_are_found() -> None:
    ids = np.array(["a", "b", "c", "d"], object)
    truth = GroundTruth.from_lists("recognition", ids, np.full(4, "Private", object), [[1], [2], [3], [4]])
    right = Labelling.of(np.array([1, 2, 3, 4]), np.full(4, 0.5), ids)
    wrong = Labelling.of(np.array([0, 0, 0, 0]), np.full(4, 0.9), ids)
    result = find_weights(["wrong", "right"], [FoldAnswers((wrong, right), truth)] * 2, "score", 60)
    assert (result.metric, result.weights) == ("gap", (0.4, 0.6))
    assert [each.mean for each in result.singles] == [0, 1]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 20])
def test_candidate_weights_differ_sum_to_one_and_begin_with_equal_ones(count: int) -> None:
    result = weight_grid(count)
    assert result[0] == (1 / count,) * count
    assert len(result) == len(set(result)) <= 301
    assert all(len(each) == count and sum(each) == pytest.approx(1) for each in result)
    assert {tuple(float(one == other) for other in range(count)) for one in range(count)} <= set(result)


def test_a_fold_without_a_scored_query_is_named() -> None:
    blank = replace(FOLDS[0].truth, usage=np.full(12, "Ignored", object))
    with pytest.raises(DataError, match="fold 2: no query of the ground truth counts"):
        find_weights(NAMES, [FOLDS[0], replace(FOLDS[1], truth=blank)], "rrf", 60)
