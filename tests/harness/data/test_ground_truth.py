from pathlib import Path

import pytest

from harness.data.ground_truth import GroundTruth, load_ground_truth, read_ground_truth
from harness.data.ground_truth_files import find_ground_truth
from harness.errors import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "solution.csv"


def lists_of(truth: GroundTruth) -> dict[str, list[object]]:
    bounds = zip(truth.offsets, truth.offsets[1:], strict=False)
    return {
        query: truth.tokens[start:stop].tolist() for query, (start, stop) in zip(truth.query_ids, bounds, strict=True)
    }


def error_of(path: Path, task: str) -> str:
    with pytest.raises(DataError) as raised:
        read_ground_truth(path, task)
    assert str(raised.value).isprintable()
    return str(raised.value).removeprefix(str(path))


def test_retrieval_truth_lists_images(path: Path) -> None:
    path.write_text("id,images,Usage\nq,a b c,Public\nr,None,Ignored\ns,,Private\nt,None,Private\n")
    truth = read_ground_truth(path, "retrieval")
    assert lists_of(truth) == {"q": ["a", "b", "c"], "r": [], "s": [""], "t": ["None"]}
    assert truth.usage.tolist() == ["Public", "Ignored", "Private", "Private"]
    assert truth.scored.tolist() == [True, False, True, True]


def test_recognition_truth_lists_landmarks(path: Path) -> None:
    path.write_text("id,landmarks,Usage\nq,12 99,Public\nr,whatever,Ignored\ns,,Private\nt, 007 ,Private\n")
    truth = read_ground_truth(path, "recognition")
    assert lists_of(truth) == {"q": [12, 99], "r": [], "s": [], "t": [7]}


@pytest.mark.parametrize("task", ["retrieval", "recognition"])
def test_without_usage_all_is_private(path: Path, task: str) -> None:
    path.write_text("landmarks,id,images\n1,q,a\n")
    assert read_ground_truth(path, task).usage.tolist() == ["Private"]


def test_repeats_within_a_row_count_once_and_are_noted(path: Path) -> None:
    path.write_text("id,images\nq,a b a a\nr,b b\n")
    truth = read_ground_truth(path, "retrieval")
    assert lists_of(truth) == {"q": ["a", "b"], "r": ["b"]}
    assert truth.notes == ("solution.csv: 3 repeated entries within rows were counted once",)


@pytest.mark.parametrize("usage", ["", "public", "Test", "Public ", "x" * 1000])
def test_an_unknown_usage_raises_with_its_line(path: Path, usage: str) -> None:
    path.write_text(f"id,images,Usage\n\nq,a,Public\nr,a,{usage}\n")
    assert error_of(path, "retrieval").startswith(", line 4: Usage is '")


def test_a_repeated_query_raises_with_its_line(path: Path) -> None:
    path.write_text("id,landmarks,Usage\nq,1,Public\nq,2,Ignored\n")
    assert ", line 3: the query 'q' is repeated" in error_of(path, "recognition")


@pytest.mark.parametrize("landmarks", ["x", "1.0", "1,5", "-1", "9" * 19, "None", "1;2"])
def test_invalid_landmarks_raise_without_being_quoted(path: Path, landmarks: str) -> None:
    path.write_text(f'id,landmarks,Usage\nq,1,Public\nr,"8 {landmarks}",Private\n')
    text = error_of(path, "recognition")
    assert text == ", line 3: landmarks must be whole numbers of at most 18 digits, separated by single blanks"


def test_a_ground_truth_without_rows_is_read(path: Path) -> None:
    path.write_text("id,images,landmarks,Usage\n")
    for task in ("retrieval", "recognition"):
        truth = read_ground_truth(path, task)
        assert (len(truth), truth.offsets.tolist(), len(truth.tokens)) == (0, [0], 0)


def test_files_are_found_by_name_and_distinguished_by_columns(tmp_path: Path) -> None:
    (tmp_path / "retrieval_solution_v2.1.csv").write_text("id,images,Usage\n")
    (tmp_path / "my_solution.csv").write_text("id,landmarks,Usage\n")
    (tmp_path / ".my_solution.csv.1234.csv").write_text("id,landmarks\n")  # half of a file that was never finished
    (tmp_path / "test.csv").write_text("id,images\n")
    result = find_ground_truth(tmp_path)
    assert {task: file.name for task, file in result.items()} == {
        "retrieval": "retrieval_solution_v2.1.csv",
        "recognition": "my_solution.csv",
    }


def test_two_ground_truths_of_one_task_raise(tmp_path: Path) -> None:
    for name in ("a_solution.csv", "b_solution.csv"):
        (tmp_path / name).write_text("id,images,Usage\n")
    with pytest.raises(DataError, match=r"a_solution\.csv and b_solution\.csv both hold the ground truth of retrieval"):
        find_ground_truth(tmp_path)


def test_a_folder_without_ground_truth_has_none(tmp_path: Path) -> None:
    assert load_ground_truth(tmp_path, "retrieval") is None
    assert load_ground_truth(tmp_path / "none", "retrieval") is None
