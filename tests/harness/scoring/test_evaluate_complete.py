"""Tests of `harness.scoring.evaluate_complete`."""

from pathlib import Path

import pytest

from harness.errors import DataError, SubmissionError
from harness.scoring.evaluate_complete import score_complete
from tests.factories.competitions import write_table

RANKED = "j e a h b n m c k l"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_table(tmp_path / "test.csv", "id", [("q",)])
    write_table(tmp_path / "index.csv", "id", [(each,) for each in "abcehjklmn"])
    write_table(tmp_path / "solution.csv", "id,easy,hard,ignored", [("q", "e b", "h k", "j")])
    return tmp_path


def scores(folder: Path, *rows: str) -> dict[str, dict[str, float | None]]:
    path = folder / "submission.csv"
    path.write_text("\n".join(["id,images", *rows]) + "\n")
    result = score_complete(path, folder)
    assert result is not None
    return result.scores


def test_a_revisited_benchmark_is_scored_by_its_three_protocols(folder: Path) -> None:
    result = scores(folder, f"q,{RANKED}")
    expected = {
        "easy": (0.791667, 1, 0.6667, 0.6667),
        "medium": (0.688988, 1, 0.6, 0.5),
        "hard": (0.258333, 0, 0.2, 0.3333),
    }
    for name, values in expected.items():
        assert [*result[name].values()] == pytest.approx(values, abs=1e-4), name


def test_a_classic_benchmark_has_one_protocol(folder: Path) -> None:
    write_table(folder / "solution.csv", "id,images,ignored", [("q", "e b h k", "j")])
    assert scores(folder, f"q,{RANKED}")["all"]["trapezoid_map"] == pytest.approx(0.688988, abs=1e-6)


def test_unknown_images_keep_their_rank(folder: Path) -> None:
    assert scores(folder, "q,unknown e")["easy"] == scores(folder, "q,a e")["easy"]


def test_a_query_without_a_row_scores_0_and_one_without_a_relevant_image_is_not_scored(folder: Path) -> None:
    write_table(folder / "solution.csv", "id,easy,hard,ignored", [("q", "e", "", ""), ("r", "", "h", "")])
    result = scores(folder, "q,e")
    assert (result["easy"]["trapezoid_map"], result["hard"]["trapezoid_map"]) == (1.0, 0.0)
    assert result["medium"]["trapezoid_map"] == 0.5
    write_table(folder / "solution.csv", "id,easy,hard,ignored", [("q", "e", "", "")])
    assert scores(folder, "q,e")["hard"]["trapezoid_map"] is None


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["x,e"], "line 2: 'x' is not a query"),
        (["q,e", "q,a"], "line 3: 'q' is answered twice"),
        (["q,e a e"], "line 2: an image is listed twice"),
        (["q,e,a"], "line 2: the number of cells is 3"),
    ],
)
def test_invalid_rows_are_refused_with_their_line(folder: Path, rows: list[str], message: str) -> None:
    with pytest.raises(SubmissionError, match=message):
        scores(folder, *rows)


def test_a_contradictory_ground_truth_is_refused(folder: Path) -> None:
    write_table(folder / "solution.csv", "id,images,ignored", [("q", "e", "e")])
    with pytest.raises(DataError, match="contradicts itself"):
        scores(folder, "q,e")
    write_table(folder / "solution.csv", "id,images,ignored", [("q", "e", ""), ("q", "a", "")])
    with pytest.raises(DataError, match="line 3: the query 'q' is repeated"):
        scores(folder, "q,e")


def test_a_folder_without_complete_ground_truth_gives_none(competition_folder: Path) -> None:
    assert score_complete(competition_folder / "none.csv", competition_folder) is None
