"""Tests of `harness.scoring.evaluate_complete` and `harness.submissions.validation.completeness`."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.ground_truth import load_ground_truth
from harness.errors import DataError, SubmissionError
from harness.scoring.evaluate import Evaluation, evaluate, score_file
from harness.scoring.stored_evaluation import from_arrays, part_intervals, to_arrays
from harness.submissions.answer import Ranking
from metrics import PROTOCOL_METRICS
from tests.factories.competitions import write_table

RANKED = "j e a h b n m c k l"
INDEX = "abcehjklmn"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_table(tmp_path / "test.csv", "id", [("q",)])
    write_table(tmp_path / "index.csv", "id", [(each,) for each in INDEX])
    write_table(tmp_path / "solution.csv", "id,easy,hard,ignored", [("q", "e b", "h k", "j")])
    return tmp_path


def score(folder: Path, *rows: str) -> Evaluation:
    path = folder / "submission.csv"
    path.write_text("\n".join(["id,images", *rows]) + "\n")
    return score_file(path, folder)[0]


def scores(folder: Path, *rows: str) -> dict[str, float | None]:
    return score(folder, *rows).scores["all"]


def test_a_revisited_benchmark_is_scored_by_its_three_protocols(folder: Path) -> None:
    result = scores(folder, f"q,{RANKED}")
    expected = {"map_easy": 0.791667, "map_medium": 0.688988, "map_hard": 0.258333, "mp@10_hard": 1 / 3, "mp@1_hard": 0}
    assert {name: result[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert [*result] == [each.name for each in PROTOCOL_METRICS]


@pytest.mark.parametrize("header", ["id,images,ignored", "id,images,junk"])
def test_a_classic_benchmark_has_one_protocol(folder: Path, header: str) -> None:
    write_table(folder / "solution.csv", header, [("q", "e b h k", "j")])
    assert scores(folder, f"q,{RANKED}")["trapezoid_map"] == pytest.approx(0.688988, abs=1e-6)


def test_good_and_ok_images_are_relevant(folder: Path) -> None:
    write_table(folder / "solution.csv", "id,good,ok,junk", [("q", "e b", "h k b", "j")])
    assert scores(folder, f"q,{RANKED}")["trapezoid_map"] == pytest.approx(0.688988, abs=1e-6)


def test_an_answer_in_memory_has_the_scores_of_its_file(folder: Path) -> None:
    truth = load_ground_truth(folder, "retrieval")
    assert truth is not None
    ranking = Ranking.from_rows([RANKED.split()], np.array(["q"]), np.array([*INDEX]))
    assert evaluate(ranking, truth).scores == score(folder, f"q,{RANKED}").scores


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["q,e b"], "line 2: 'q' ranks 2 of 10 index images: 8 missing; list every id of index.csv in each row"),
        (["q,e b h k j a c l m x"], "line 2: 'q' ranks 9 of 10 index images: 1 missing, 1 unknown"),
        ([f"q,{RANKED} e"], "line 2: 'q' ranks 10 of 10 index images: 1 repeated"),
        ([f"q,{RANKED} x"], "line 2: 'q' ranks 10 of 10 index images: 1 unknown"),
        ([f"q,{RANKED.replace(' ', '  ', 1)}"], "line 2: 'q' ranks 10 of 10 index images: 1 unknown"),
        ([f"x,{RANKED}"], "line 2: 'x' is not a query"),
        ([f"q,{RANKED}", f"q,{RANKED}"], "line 3: 'q' is answered twice"),
    ],
)
def test_a_row_that_is_no_permutation_of_the_index_is_refused(folder: Path, rows: list[str], message: str) -> None:
    with pytest.raises(SubmissionError, match=message) as error:
        scores(folder, *rows)
    assert "\n" not in str(error.value)


def test_a_query_without_an_answer_scores_0_and_one_without_a_relevant_image_does_not_count(folder: Path) -> None:
    write_table(folder / "test.csv", "id", [("q",), ("r",)])
    write_table(folder / "solution.csv", "id,easy,hard,ignored", [("q", "e", "", ""), ("r", "", "h", "")])
    result = scores(folder, "q,e a b c h j k l m n", "r,")
    assert (result["map_easy"], result["map_hard"], result["map_medium"]) == (1.0, 0.0, 0.5)
    write_table(folder / "solution.csv", "id,easy,hard,ignored", [("q", "e", "", "")])
    assert scores(folder, "q,e a b c h j k l m n")["map_hard"] is None


def test_queries_without_a_ranking_are_counted_in_a_note(folder: Path) -> None:
    path = folder / "submission.csv"
    path.write_text("id,images\nq,\n")
    assert score_file(path, folder)[1].notes == (f"{path}: 1 of 1 queries have no ranking and score 0",)


def test_the_query_itself_may_be_left_out(folder: Path) -> None:
    write_table(folder / "test.csv", "id", [("a",)])
    write_table(folder / "solution.csv", "id,images,ignored", [("a", "b", "a")])
    assert scores(folder, "a,a b c e h j k l m n")["trapezoid_map"] == 1.0
    assert scores(folder, "a,b c e h j k l m n")["trapezoid_map"] == 1.0
    with pytest.raises(SubmissionError, match="ranks 8 of 10 index images: 1 missing"):
        scores(folder, "a,b c e h j k l m")


def test_a_usage_column_splits_the_queries(folder: Path) -> None:
    write_table(folder / "test.csv", "id", [("q",), ("r",), ("s",)])
    rows = [("q", "e b", "h k", "j", "Public"), ("r", "e", "", "", "Private"), ("s", "e", "", "", "Ignored")]
    write_table(folder / "solution.csv", "id,easy,hard,ignored,Usage", rows)
    result = score(folder, f"q,{RANKED}", f"r,{RANKED}")
    assert result.scores["public"]["map_easy"] == pytest.approx(0.791667, abs=1e-6)
    assert result.scores["private"] == pytest.approx(result.scores["private"] | {"map_easy": 0.25, "map_hard": None})
    assert result.query_ids.tolist() == ["q", "r"]


def test_stored_values_give_the_scores_of_each_protocol_again(folder: Path) -> None:
    result = score(folder, f"q,{RANKED}")
    for metric in PROTOCOL_METRICS:
        stored = from_arrays(metric, result.query_ids, to_arrays(result), "private")
        assert metric.score_of(stored.values) == result.scores["private"][metric.name]
    assert part_intervals(result)["all"] == pytest.approx((0.688988, 0.688988), abs=1e-6)


def test_a_contradictory_ground_truth_is_refused(folder: Path) -> None:
    write_table(folder / "solution.csv", "id,images,ignored", [("q", "e", "e")])
    with pytest.raises(DataError, match="line 2: the ground truth contradicts itself"):
        scores(folder, f"q,{RANKED}")
    write_table(folder / "solution.csv", "id,easy,hard,ignored", [("q", "e", "e", "")])
    with pytest.raises(DataError, match="has an image both easy and hard"):
        scores(folder, f"q,{RANKED}")
    write_table(folder / "solution.csv", "id,images,ignored", [("q", "e", ""), ("q", "a", "")])
    with pytest.raises(DataError, match="line 3: the query 'q' is repeated"):
        scores(folder, f"q,{RANKED}")


@pytest.mark.parametrize(
    "header", ["id,easy,ignored", "id,Easy,hard,ignored", "id,good,images,junk", "id,images,ignored,junk", "id,ignored"]
)
def test_a_half_understood_first_line_is_refused(folder: Path, header: str) -> None:
    write_table(folder / "solution.csv", header, [("q", *"ebh"[: header.count(",")])])
    with pytest.raises(DataError, match="it must be id,easy,hard,ignored"):
        scores(folder, f"q,{RANKED}")


def test_without_an_index_completeness_cannot_be_checked(folder: Path) -> None:
    (folder / "index.csv").unlink()
    with pytest.raises(DataError, match="holds no index.csv"):
        scores(folder, f"q,{RANKED}")


def test_two_files_of_ground_truth_are_refused(folder: Path) -> None:
    write_table(folder / "another_solution.csv", "id,images", [("q", "e")])
    with pytest.raises(DataError, match="both hold the ground truth"):
        scores(folder, f"q,{RANKED}")
