"""Tests of `harness.scoring.evaluate` against numbers of the official evaluator and against slow references."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.data.ground_truth import GroundTruth, read_ground_truth
from harness.data.tables.csv_table import read_id_index
from harness.errors import DataError, SubmissionError
from harness.scoring.evaluate import PARTS, Evaluation, evaluate, score_file
from harness.submissions.answer import Labelling, Ranking
from harness.submissions.read_write import read_submission
from metrics import judge_recognition, judge_retrieval, metrics_of
from tests.factories.competitions import image_id, make_competition, write_table


def score_text(folder: Path, text: str) -> Evaluation:
    path = folder / "submission.csv"
    path.write_text(text)
    return score_file(path, folder)[0]


@pytest.fixture
def competition(tmp_path: Path) -> Path:
    """Queries as in the official evaluator's tests, public and private, with an ignored one."""
    write_table(tmp_path / "test.csv", "id", [("0123",), ("0223",), ("0323",), ("0423",), ("0523",), ("beyond",)])
    write_table(tmp_path / "index.csv", "id", [(f"fe{number}0",) for number in range(6)])
    write_table(
        tmp_path / "retrieval_solution.csv",
        "id,images,Usage",
        [
            ("0123", "fe10 fe20", "Public"),
            ("0223", "fe10", "Public"),
            ("0323", "fe30 fe40 fe50", "Private"),
            ("0423", "fe30", "Private"),
            ("0523", "None", "Ignored"),
        ],
    )
    write_table(
        tmp_path / "recognition_solution.csv",
        "id,landmarks,Usage",
        [
            ("0123", "0 12", "Public"),
            ("0223", "100 200 300", "Public"),
            ("0323", "1", "Private"),
            ("0423", "", "Private"),
            ("0523", "", "Public"),
        ],
    )
    return tmp_path


def test_a_ranking_scores_what_the_official_evaluator_gives(competition: Path) -> None:
    scores = score_text(competition, "id,images\n0223,fe00 fe10\n0323,fe40\n0423,fe30 fe40\n").scores
    assert scores["all"]["map@100"] == pytest.approx(0.458333, abs=1e-6)
    assert scores["public"]["map@100"] == 0.25
    assert scores["private"]["map@100"] == pytest.approx(2 / 3)
    assert scores["all"]["mean_first_hit@100"] == pytest.approx(26.25)


def test_a_labelling_scores_what_the_official_evaluator_gives(competition: Path) -> None:
    scores = score_text(competition, "id,landmarks\n0223,0 0.01\n0323,1 10.0\n0423,150 15.0\n").scores
    assert scores["all"]["gap"] == pytest.approx(1 / 6)
    assert scores["all"]["top1_accuracy"] == pytest.approx(1 / 3)
    assert scores["public"]["gap"] == 0


def test_per_query_values_are_those_of_the_scored_queries(competition: Path) -> None:
    evaluation = score_text(competition, "id,images\n0223,fe10\n0523,fe10\n")
    assert evaluation.query_ids.tolist() == ["0123", "0223", "0323", "0423"]
    assert evaluation.per_query["map@100"].tolist() == [0, 1, 0, 0]
    assert set(evaluation.scores) == set(PARTS)
    assert set(evaluation.per_query) == {metric.name for metric in metrics_of("retrieval")}


def test_answers_to_queries_without_ground_truth_are_ignored(competition: Path) -> None:
    answers = "0223,fe00 fe10\n0323,fe40\n"
    alone = score_text(competition, f"id,images\n{answers}")
    complete = score_text(competition, f"id,images\n0123,\n{answers}0423,\n0523,fe10\nbeyond,fe10\n")
    assert alone.scores == complete.scores
    with pytest.raises(SubmissionError, match="line 3: 'stranger' is not a query"):
        score_text(competition, "id,images\nbeyond,fe10\nstranger,fe10\n")


def test_a_file_and_the_answer_in_memory_have_the_same_scores(competition: Path) -> None:
    text = "id,images\n0223,fe00 fe10\n0323,fe40 fe40 fe30\n0423,nowhere fe30\n"
    from_file = score_text(competition, text)
    queries, index = (read_id_index(competition / f"{part}.csv", "id").texts() for part in ("test", "index"))
    rows = [[], ["fe00", "fe10"], ["fe40", "fe40", "fe30"], ["fe20", "fe30"], ["fe10"], []]
    truth = read_ground_truth(competition / "retrieval_solution.csv", "retrieval")
    assert evaluate(Ranking.from_rows(rows, queries, index), truth).scores == from_file.scores


def test_without_ground_truth_there_is_no_score(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "a", truth=False)
    with pytest.raises(DataError, match="holds no ground truth for retrieval, so nothing can be scored there"):
        score_text(folder, f"id,images\n{image_id('test', 0)},\n")


def test_a_file_of_the_other_task_is_refused(competition: Path) -> None:
    (competition / "submission.csv").write_text("id,images\n")
    with pytest.raises(DataError, match="is a submission for retrieval, not for recognition"):
        score_file(competition / "submission.csv", competition, "recognition")


@pytest.mark.parametrize("usage", ["Ignored", None])
@pytest.mark.parametrize("header", ["images", "landmarks"])
def test_without_a_scored_query_there_is_no_score(competition: Path, usage: str | None, header: str) -> None:
    task = {"images": "retrieval", "landmarks": "recognition"}[header]
    write_table(competition / f"{task}_solution.csv", f"id,{header},Usage", [("0123", "1", usage)] if usage else [])
    with pytest.raises(DataError, match="has no query that counts, so there is no score; see its Usage column"):
        score_text(competition, f"id,{header}\n0123,1 0.5\n")


def test_without_a_query_that_shows_a_landmark_there_is_no_score(competition: Path) -> None:
    write_table(competition / "recognition_solution.csv", "id,landmarks,Usage", [("0123", "", "Public")])
    with pytest.raises(DataError, match="has no query that counts and shows a landmark"):
        score_text(competition, "id,landmarks\n0123,1 0.5\n")


def test_a_part_without_a_scored_query_has_no_score(competition: Path) -> None:
    write_table(
        competition / "recognition_solution.csv",
        "id,landmarks,Usage",
        [("0123", "1", "Public"), ("0223", "", "Private")],
    )
    scores = score_text(competition, "id,landmarks\n0123,1 0.5\n0223,1 0.4\n").scores
    assert scores["private"] == {"gap": None, "top1_accuracy": None}
    assert scores["all"]["gap"] == 1


def test_an_empty_answer_scores_0(competition: Path) -> None:
    nobody = np.array([], object)
    retrieval, recognition = (
        read_ground_truth(competition / f"{task}_solution.csv", task) for task in ("retrieval", "recognition")
    )
    assert evaluate(Ranking.from_rows([], nobody, nobody), retrieval).scores["all"]["map@100"] == 0
    assert evaluate(Labelling.of(nobody, nobody, nobody), recognition).scores["all"]["gap"] == 0


def test_an_empty_id_does_not_match_an_empty_ground_truth(competition: Path) -> None:
    write_table(
        competition / "retrieval_solution.csv",
        "id,images,Usage",
        [("0123", "", "Public"), ("0223", "fe10  fe20", "Public")],
    )
    scores = score_text(competition, "id,images\n0123,a  b\n0223,  fe10 fe20\n").scores["all"]
    assert scores["map@100"] == pytest.approx((0 + (1 / 3 + 2 / 4) / 3) / 2)


def test_relevant_images_outside_of_the_index_cannot_be_listed(competition: Path) -> None:
    write_table(competition / "retrieval_solution.csv", "id,images,Usage", [("0123", "gone fe10 lost", "Public")])
    assert score_text(competition, "id,images\n0123,fe10\n").scores["all"]["map@100"] == pytest.approx(1 / 3)


def test_without_a_relevant_image_there_is_no_score(competition: Path) -> None:
    write_table(
        competition / "retrieval_solution.csv", "id,images,Usage", [("0123", "", "Public"), ("0223", "a", "Ignored")]
    )
    with pytest.raises(DataError, match="counts and has an image to find, so there is no score"):
        score_text(competition, "id,images\n0123,fe10\n")


def test_oddities_of_a_ground_truth_are_noted(competition: Path) -> None:
    rows = [("0123", "fe10 fe10 gone", "Public"), ("0223", "", "Private"), ("nowhere", "fe20", "Private")]
    write_table(competition / "retrieval_solution.csv", "id,images,Usage", rows)
    (competition / "submission.csv").write_text("id,images\n")
    assert score_file(competition / "submission.csv", competition)[1].notes == (
        "retrieval_solution.csv: 1 repeated entries within rows were counted once",
        ("retrieval_solution.csv: 1 scored queries have no relevant image and always score 0; mark them Ignored"),
        "ground truth: 1 queries are not in test.csv",
        "ground truth: 4 queries of test.csv have no row and are not scored",
        "ground truth: 1 relevant images are not in index.csv",
    )


IMAGES = st.sampled_from(["a", "b", "c", "d", "nowhere"])
LISTS = st.lists(IMAGES, max_size=6)


@settings(deadline=None)  # kernels are compiled at their first call
@given(
    truth=st.dictionaries(st.sampled_from("qrst"), st.lists(IMAGES, min_size=1, max_size=4, unique=True), min_size=1),
    data=st.data(),
)
def test_every_metric_of_a_ranking_agrees_with_the_slow_reference(
    truth: dict[str, list[str]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rankings = data.draw(st.dictionaries(st.sampled_from(sorted(truth)), LISTS))
    path = tmp_path_factory.mktemp("submission") / "a.csv"
    write_table(path, "id,images", [(query, " ".join(images)) for query, images in rankings.items()])
    parsed_truth = GroundTruth.from_lists(
        "retrieval", np.array([*truth], object), np.full(len(truth), "Public", object), [*truth.values()]
    )
    slow = judge_retrieval(rankings, truth)
    scores = evaluate(read_submission(path, parsed_truth.query_ids), parsed_truth).scores
    assert (
        scores["all"]
        == scores["public"]
        == {metric.name: pytest.approx(metric.score(slow)) for metric in metrics_of("retrieval")}
    )


@settings(deadline=None)  # kernels are compiled at their first call
@given(
    truth=st.dictionaries(
        st.sampled_from("qrst"), st.lists(st.integers(1, 4), max_size=3, unique=True), min_size=1
    ).filter(lambda truth: any(truth.values())),
    data=st.data(),
)
def test_every_metric_of_a_labelling_agrees_with_the_slow_reference(
    truth: dict[str, list[int]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    answer = st.tuples(st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0]))
    labellings = data.draw(st.dictionaries(st.sampled_from(sorted(truth)), answer))
    path = tmp_path_factory.mktemp("submission") / "a.csv"
    write_table(
        path,
        "id,landmarks",
        [(query, f"{landmark} {confidence}") for query, (landmark, confidence) in labellings.items()],
    )
    write_table(
        path.with_name("truth"),
        "id,landmarks",
        [(query, " ".join(map(str, landmarks))) for query, landmarks in truth.items()],
    )
    parsed_truth = read_ground_truth(path.with_name("truth"), "recognition")
    slow = judge_recognition(labellings, truth)
    expected = {metric.name: pytest.approx(metric.score(slow)) for metric in metrics_of("recognition")}
    assert evaluate(read_submission(path, parsed_truth.query_ids), parsed_truth).scores["all"] == expected
