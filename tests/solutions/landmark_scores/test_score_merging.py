import numpy as np
import pytest

from solutions.landmark_scores.class_scores import ClassScores
from solutions.landmark_scores.score_merging import merge_models, override_with, vote

LANDMARKS, PAIR = np.array([11, 22, 33]), np.array([11, 22])
NAN = np.nan


def scores(*rows: tuple[float, ...]) -> ClassScores:
    return ClassScores.from_table(LANDMARKS, np.array(rows, float), 3)


def test_merging_of_the_worked_example() -> None:
    models = [scores((0.9, 0.05, 0)), scores((0.7, 0.2, 0)), scores((0.1, 0.8, 0))]
    result = merge_models(models)
    assert result.landmarks[result.classes[0, :2]].tolist() == [11, 22]
    assert result.confidences[0, :2] == pytest.approx([1.2333, 0.6833], abs=5e-5)


def test_sums_agree_with_a_slow_twin() -> None:
    draw = np.random.default_rng(2)
    tables = [draw.random((20, 3)).round(1) for _ in range(4)]
    result = merge_models([ClassScores.from_table(LANDMARKS, table, 3) for table in tables]).dense
    for query in range(20):
        expected = np.zeros(3)
        for table in tables:
            expected += table[query] / 4
            expected[table[query].argmax()] += 1 / 4
        assert result[query] == pytest.approx(expected)


def test_a_model_without_candidates_counts_in_the_mean() -> None:
    silent = scores((np.nan, np.nan, np.nan))
    assert merge_models([scores((0.8, 0, 0)), silent]).best[1] == pytest.approx([0.9])
    assert np.isnan(merge_models([silent, silent]).best[1]).all()


def test_merging_does_not_depend_on_the_order_of_models_or_queries() -> None:
    draw = np.random.default_rng(4)
    tables = [draw.random((5, 3)) for _ in range(3)]
    whole = merge_models([ClassScores.from_table(LANDMARKS, table, 2) for table in tables]).best
    turned = merge_models([ClassScores.from_table(LANDMARKS, table, 2) for table in tables[::-1]]).best
    alone = [
        merge_models([ClassScores.from_table(LANDMARKS, table[[row]], 2) for table in tables]).best for row in range(5)
    ]
    assert turned[1] == pytest.approx(whole[1])
    for part in (0, 1):
        assert np.array_equal(np.concatenate([each[part] for each in alone]), whole[part])


def test_certain_crops_replace_the_answer() -> None:
    result = override_with(scores((0.9, 0.2, 0), (0.8, 0.3, 0)), scores((0, 14, 0), (0, 0, 0)))
    landmarks, confidences = result.best
    assert landmarks.tolist() == [22, 11]
    assert confidences == pytest.approx([1.14, 0.8])
    assert result.dense[0] == pytest.approx([0, 1.14, 0])
    assert result.dense[1] == pytest.approx([0.8, 0.3, 0])


def test_crops_without_confidence_change_nothing() -> None:
    before = scores((0.9, 0.2, 0))
    nothing = ClassScores(LANDMARKS, np.full((1, 5), -1), np.full((1, 5), -np.inf))
    after = override_with(before, nothing)
    assert np.array_equal(after.classes, before.classes)
    assert np.array_equal(after.confidences, before.confidences)


def vote_once(votes: list[int], confidences: list[float], weights: list[float] | None = None) -> tuple[int, float]:
    array = None if weights is None else np.array(weights)
    landmark, confidence = vote(PAIR, np.array([votes]), np.array([confidences]), array)
    return int(landmark[0]), float(confidence[0])


def test_a_majority_wins_against_higher_confidence() -> None:
    assert vote_once([0, 1, 1], [0.99, 0.3, 0.3]) == (22, pytest.approx(0.2))


def test_a_model_with_most_of_the_weight_decides() -> None:
    assert vote_once([0, 1, 1], [0.9, 0.3, 0.3], [3, 1, 1]) == (11, pytest.approx(0.54))


def test_equal_weights_give_a_majority_vote() -> None:
    draw = np.random.default_rng(1)
    votes, confidences = draw.integers(-1, 2, (50, 5)), draw.random((50, 5))
    plain, weighed = vote(PAIR, votes, confidences), vote(PAIR, votes, confidences, np.full(5, 0.7))
    assert np.array_equal(plain[0], weighed[0])
    assert plain[1] == pytest.approx(weighed[1], nan_ok=True)


def test_zero_weights_give_a_majority_vote() -> None:
    assert vote_once([0, 1, 1], [0.9, 0.3, 0.3], [0, 0, 0]) == vote_once([0, 1, 1], [0.9, 0.3, 0.3])


def test_ties_go_to_the_higher_confidence_then_to_the_lowest_landmark() -> None:
    assert vote_once([0, 1], [0.5, 0.6])[0] == 22
    assert vote_once([1, 0], [0.5, 0.5])[0] == 11
    assert vote_once([0, 1, 1], [0.9, 0.2, 0.2], [0.3, 0.1, 0.2]) == (11, pytest.approx(0.45)), ".1 + .2 is .3 here"


def test_no_landmark_can_win_by_votes_but_not_by_a_tie() -> None:
    assert vote_once([-1, -1, 0], [NAN, NAN, 0.9])[0] == -1
    assert np.isnan(vote_once([-1, -1, 0], [NAN, NAN, 0.9])[1])
    assert vote_once([-1, 0], [NAN, 0.1]) == (11, pytest.approx(0.05))


def test_no_queries_or_no_landmarks_are_accepted() -> None:
    assert vote(PAIR, np.zeros((0, 3), int), np.zeros((0, 3)))[0].shape == (0,)
    assert np.isnan(vote(PAIR[:0], np.full((2, 3), -1), np.full((2, 3), NAN))[1]).all()
