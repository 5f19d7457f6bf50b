"""Tests of `harness.blending.fusion`, against slow references in exact fractions."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.blending.fusion import fuse_answers, normalise_weights, reindex, vote_scores
from harness.errors import SubmissionError
from harness.submissions.answer import Labelling, Ranking

HOWS = ["rrf", "score", "votes"]
INDEX = np.array(list("abcdefgh"), object)
QUERIES = np.array(["q", "b"], object)  # the second is an index image too

rows = st.lists(st.sampled_from([*range(-1, 8)]), max_size=6)
ranking_parts = st.lists(st.tuples(rows, rows), min_size=1, max_size=4)
weights_of_four = st.lists(st.integers(0, 3), min_size=4, max_size=4).filter(any)


def ranking(*lists: Sequence[int]) -> Ranking:
    width = max(map(len, lists))
    return Ranking.from_positions(
        np.array([[*row, *[-1] * (width - len(row))] for row in lists], int).reshape(len(lists), width), QUERIES, INDEX
    )


def labelling(*answers: tuple[int, float]) -> Labelling:
    landmarks, confidences = zip(*answers, strict=True)
    return Labelling.of(np.array(landmarks), np.array(confidences), np.array([f"q{n}" for n in range(len(answers))]))


def slow_ranking(lists: Sequence[Sequence[int]], weights: Sequence[Fraction], how: str, own: int) -> list[int]:
    """Return the fused list by the definition, in exact fractions."""

    def worth(how: str, rank: int) -> Fraction:
        return {"rrf": Fraction(1, 60 + rank), "score": Fraction(101 - rank, 100), "votes": Fraction(1)}[how]

    sums: dict[int, list[Fraction]] = {}
    for row, weight in zip(lists, weights, strict=True):
        for rank, image in enumerate(row, 1):
            if weight and image >= 0 and image != own and image not in row[: rank - 1]:
                both = sums.setdefault(image, [Fraction(0), Fraction(0)])
                both[0] += weight * worth(how, rank)
                both[1] += weight * worth("rrf", rank)
    return sorted(sums, key=lambda image: (-sums[image][0], -sums[image][1], image))


def positions_of(answer: object, row: int) -> list[int]:
    assert isinstance(answer, Ranking)
    return [int(each) for each in answer.positions[row] if each >= 0]


@pytest.mark.parametrize("how", HOWS)
@given(parts=ranking_parts, weights=weights_of_four)
@settings(deadline=None, max_examples=200)
def test_rankings_are_fused_as_the_definition_says(
    how: str, parts: list[tuple[list[int], list[int]]], weights: list[int]
) -> None:
    weights = weights[: len(parts)] if any(weights[: len(parts)]) else [1] * len(parts)
    shares = [Fraction(weight) for weight in weights]
    fused = fuse_answers([ranking(*lists) for lists in parts], weights, how)
    for query, own in ((0, -5), (1, 1)):
        slow = slow_ranking([lists[query] for lists in parts], shares, how, own)
        result = positions_of(fused, query)
        assert result == slow
        assert fused.positions[query, : len(result)].min(initial=0) >= 0, "nothing is listed behind a gap"


@pytest.mark.parametrize("how", HOWS)
@given(parts=st.lists(st.tuples(rows, rows), min_size=3, max_size=3), weights=weights_of_four.map(lambda w: w[:3]))
@settings(deadline=None, max_examples=50)
def test_the_order_of_rankings_does_not_matter(
    how: str, parts: list[tuple[list[int], list[int]]], weights: list[int]
) -> None:
    weights = weights if any(weights) else [1, 1, 1]
    result = {
        tuple(map(tuple, fuse_answers([ranking(*parts[n]) for n in order], [weights[n] for n in order], how).rows()))
        for order in permutations(range(3))
    }
    assert len(result) == 1


@pytest.mark.parametrize("how", HOWS)
def test_a_ranking_fused_with_itself_keeps_its_order(how: str) -> None:
    one = ranking([5, 2, 7, 0], [3, 4])
    assert fuse_answers([one, one, one], [1, 2, 3], how).rows() == one.rows()


@pytest.mark.parametrize("how", HOWS)
def test_an_answer_of_weight_0_is_ignored(how: str) -> None:
    one, two = ranking([5, 2], []), ranking([1, 7, 5], [3])
    assert fuse_answers([one, two], [1, 0], how).rows() == one.rows()
    first, second = labelling((4, 0.5), (5, 0.25), (0, np.nan)), labelling((6, 0.9), (6, 0.9), (6, 0.9))
    alone = fuse_answers([first, second], [1, 0], how)
    assert isinstance(alone, Labelling)
    assert alone.landmarks.tolist() == [4, 5, 0]
    assert alone.answered.tolist() == [True, True, False]
    assert alone.confidences[0] > alone.confidences[1]


def test_a_fused_ranking_has_a_hundred_images_and_repeats_count_once() -> None:
    index = np.array([f"i{n}" for n in range(300)], object)
    one = Ranking.from_positions(np.r_[0, 0, np.arange(1, 140)][None], QUERIES[:1], index)
    two = Ranking.from_positions(np.arange(150, 250)[None], QUERIES[:1], index)
    fused = fuse_answers([one, two], [0.5, 0.5], "rrf")
    assert isinstance(fused, Ranking)
    assert fused.positions.shape == (1, 100)
    assert positions_of(fused, 0)[:4] == [0, 150, 151, 1]  # 1 stands at rank 3, behind the repeated 0


def test_ties_of_votes_go_by_ranks_and_then_by_position_in_the_index() -> None:
    index = np.array([f"i{n}" for n in range(300)], object)
    rows = [np.arange(100), np.r_[np.arange(100, 199), 99], np.r_[200:299, 299]]
    parts = [Ranking.from_positions(row[None], QUERIES[:1], index) for row in rows]
    assert positions_of(fuse_answers(parts, [1, 1, 1], "votes"), 0)[:4] == [
        99,
        0,
        100,
        200,
    ]  # 99 stands last, but twice
    assert positions_of(fuse_answers(parts, [1, 1, 1], "rrf"), 0)[:4] == [0, 100, 200, 1]


def test_of_landmarks_with_equal_scores_the_lowest_wins() -> None:
    for how in HOWS:
        for landmarks in ((4, 2), (2, 4)):
            fused = fuse_answers([labelling((landmark, 0.5)) for landmark in landmarks], [1, 1], how)
            assert isinstance(fused, Labelling)
            assert fused.landmarks.tolist() == [2]


def test_the_result_is_the_same_for_any_number_of_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    many = [
        Ranking.from_positions(generator.integers(-1, 8, (50, 6)), np.array([f"q{n}" for n in range(50)]), INDEX)
        for _ in range(3)
    ]
    whole = fuse_answers(many, [1, 1, 1], "votes").rows()
    monkeypatch.setattr("harness.blending.fusion._BLOCK", 7)
    assert fuse_answers(many, [1, 1, 1], "votes").rows() == whole


def test_unanswered_queries_and_no_queries_are_accepted() -> None:
    empty = Ranking.from_positions(np.zeros((2, 0), int), QUERIES, INDEX)
    assert fuse_answers([empty, empty], [1, 1]).rows() == [[], []]
    assert fuse_answers([empty, ranking([1], [])], [1, 1]).rows() == [["b"], []]
    nobody = Ranking.from_positions(np.zeros((0, 3), int), QUERIES[:0], INDEX)
    assert fuse_answers([nobody, nobody], [1, 1]).rows() == []


def test_images_outside_of_the_index_keep_their_rank() -> None:
    other = Ranking.from_rows([["z", "c"], ["c"]], QUERIES, np.array(["c", "z"], object))
    assert positions_of(reindex(other, INDEX), 0) == [2]
    assert reindex(other, INDEX).positions.tolist() == [[-1, 2], [2, -1]]
    fused = fuse_answers([reindex(other, INDEX), ranking([3], [])], [1, 1])
    assert fused.rows() == [["d", "c"], ["c"]]


def slow_labelling(
    answers: Sequence[tuple[int, float]],
    columns: Sequence[Sequence[tuple[int, float]]],
    weights: Sequence[float],
    how: str,
) -> dict[int, float]:
    """Return the score of each predicted landmark of one query."""
    scores: dict[int, float] = {}
    for (landmark, confidence), column, weight in zip(answers, columns, weights, strict=True):
        if weight and not np.isnan(confidence):
            given = [other for _, other in column if not np.isnan(other)]
            surer = sum(other > confidence for other in given)
            worth = {"rrf": 1 / (61 + surer), "score": 1 - surer / len(given), "votes": 1 + confidence}[how]
            scores[landmark] = scores.get(landmark, 0) + weight * worth
    return scores


answer = st.tuples(st.integers(0, 3), st.sampled_from([np.nan, 0.0, 0.25, 0.5, 1.0]))


@pytest.mark.parametrize("how", HOWS)
@given(columns=st.lists(st.tuples(answer, answer, answer), min_size=1, max_size=4), weights=weights_of_four)
@settings(deadline=None, max_examples=200)
def test_labellings_are_fused_as_the_definition_says(
    how: str, columns: list[tuple[tuple[int, float], ...]], weights: list[int]
) -> None:
    weights = weights[: len(columns)] if any(weights[: len(columns)]) else [1] * len(columns)
    fused = fuse_answers([labelling(*column) for column in columns], weights, how)
    assert isinstance(fused, Labelling)
    for query in range(3):
        shares = [weight / sum(weights) for weight in weights]
        scores = slow_labelling([column[query] for column in columns], columns, shares, how)
        if not scores:
            assert np.isnan(fused.confidences[query])
            continue
        best = max(scores.values())
        tied = [landmark for landmark, score in scores.items() if np.isclose(score, best, rtol=1e-12)]
        assert fused.landmarks[query] in tied
        assert fused.confidences[query] == pytest.approx(best)


@pytest.mark.parametrize("how", HOWS)
@given(
    columns=st.lists(st.tuples(answer, answer), min_size=3, max_size=3), weights=weights_of_four.map(lambda w: w[:3])
)
@settings(deadline=None, max_examples=50)
def test_the_order_of_labellings_does_not_matter(
    how: str, columns: list[tuple[tuple[int, float], ...]], weights: list[int]
) -> None:
    weights = weights if any(weights) else [1, 1, 1]
    result = set()
    for order in permutations(range(3)):
        fused = fuse_answers([labelling(*columns[n]) for n in order], [weights[n] for n in order], how)
        assert isinstance(fused, Labelling)
        result.add((fused.landmarks.tobytes(), fused.confidences.tobytes()))
    assert len(result) == 1


@pytest.mark.parametrize("how", HOWS)
def test_a_labelling_fused_with_itself_keeps_the_order_and_the_ties_of_its_confidences(how: str) -> None:
    one = labelling((1, 0.5), (2, 0.9), (3, 0.5), (0, np.nan), (4, 1e-9))
    fused = fuse_answers([one, one, one], [3, 2, 1], how)
    assert isinstance(fused, Labelling)
    assert fused.landmarks.tolist() == [1, 2, 3, 0, 4]
    surest, tied, third, unsure = fused.confidences[[1, 0, 2, 4]]
    assert surest > tied == third > unsure
    assert np.isnan(fused.confidences[3])


def test_votes_count_the_models_that_rank_a_landmark_first() -> None:
    landmarks = np.array([[[7, 9], [7, 9], [7, 9]], [[9, 7], [9, 7], [9, 7]]])
    confidences = np.array([[[0.9, 0.05], [0.7, 0.2], [0.1, 0.8]], [[0.05, 0.9], [0.2, 0.7], [0.8, np.nan]]])
    scores = vote_scores(landmarks, confidences, np.full(3, 1 / 3))
    assert scores[0, :, 0] == pytest.approx([1.2333] * 3, abs=1e-4)
    assert scores[0, :, 1] == pytest.approx([0.6833] * 3, abs=1e-4)
    assert np.isnan(scores[1, 2, 1])
    assert scores[1, 0, 1] == pytest.approx(2 / 3 + 1.6 / 3)
    tied = vote_scores(np.array([[[5, 4]]]), np.array([[[0.5, 0.5]]]), np.ones(1))
    assert tied.tolist() == [[[0.5, 1.5]]]  # of equally confident ones the lowest number comes first


def test_votes_refuse_confidences_outside_of_0_to_1() -> None:
    unlike = [labelling((1, 37.5), (2, -4.0)), labelling((1, 0.5), (2, 0.75))]
    for how in ("score", "rrf"):
        fused = fuse_answers(unlike, [1, 1], how)
        assert isinstance(fused, Labelling)
        assert fused.confidences[0] == fused.confidences[1]
    with pytest.raises(SubmissionError, match="must lie between 0 and 1, and some do not; --how score"):
        fuse_answers(unlike, [1, 1], "votes")


@pytest.mark.parametrize("weights", [[1], [1, np.nan], [1, np.inf], [1, -0.1], [0, 0], [1e308, 1e308]])
def test_invalid_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(SubmissionError, match="weights"):
        normalise_weights(weights, 2)


def test_mixed_tasks_and_unknown_methods_are_refused() -> None:
    both = [ranking([1], []), Labelling.of(np.array([1, 2]), np.ones(2), QUERIES)]
    with pytest.raises(SubmissionError, match="different tasks"):
        fuse_answers(both, [1, 1])
    with pytest.raises(SubmissionError, match="unknown method 'mean'; choose rrf, score, votes"):
        fuse_answers(both[:1], [1], "mean")
    with pytest.raises(SubmissionError, match="k is -1; it must be 0 or more"):
        fuse_answers(both[:1], [1], "rrf", -1)
