"""Tests of `harness.data.ground_truth_match`: a ground truth that fits no query or answer is refused."""

from pathlib import Path

import pytest

from harness.data.ground_truth import read_ground_truth
from harness.data.ground_truth_match import CompetitionIds, match_ground_truth
from harness.errors import DataError

IDS = CompetitionIds(["q", "r"], ["a", "b", "c"], [1, 2])
ROWS = {
    "retrieval": "id,images,Usage\nq,a b,Public\nr,c,Private\n",
    "recognition": "id,landmarks,Usage\nq,1,Public\nr,2,Private\n",
}


def notes_of(folder: Path, task: str, text: str, ids: CompetitionIds = IDS) -> list[str]:
    (folder / "solution.csv").write_text(text)
    truth = match_ground_truth(folder, read_ground_truth(folder / "solution.csv", task), ids)
    return [note.removeprefix("ground truth: ") for note in truth.notes]


@pytest.mark.parametrize("task", [*ROWS])
def test_a_ground_truth_of_the_competition_has_no_notes(tmp_path: Path, task: str) -> None:
    assert notes_of(tmp_path, task, ROWS[task]) == []
    assert notes_of(tmp_path, task, ROWS[task], CompetitionIds(None, None, None)) == []


@pytest.mark.parametrize(
    ("task", "old", "new", "note"),
    [
        ("retrieval", "q,", "s,", "1 queries are not in test.csv"),
        ("retrieval", "r,c,Private\n", "", "1 queries of test.csv have no row and are not scored"),
        ("retrieval", "a b", "a z", "1 relevant images are not in index.csv"),
        ("retrieval", "a b", "a  b", "1 entries are empty (two blanks in a row, or one at an end), so no answer can"),
        ("recognition", ",2,", ",3,", "1 landmarks are not in train.csv"),
    ],
)
def test_what_fits_in_part_is_noted(tmp_path: Path, task: str, old: str, new: str, note: str) -> None:
    assert notes_of(tmp_path, task, ROWS[task].replace(old, new))[0].startswith(note)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("", "has no query that counts, so there is no score"),
        ("q,a b,Ignored\n", "has no query that counts, so there is no score"),
        ("q,,Public\n", "has no query that counts and has an image to find"),
        ("x,a,Public\ny,b,Public\n", "is of other queries: none of its 2 rows is of a query in test.csv"),
        ("q,x y,Public\nr,None,Public\n", "is of other images: none of its 3 entries is in index.csv"),
        *(
            (f"{row},Public\nr,c,Private\n", f"has {count} entries that are ids of {table} in another spelling")
            for row, count, table in (
                ("q,a.jpg b", 1, "index.csv"), ("q,A B", 2, "index.csv"), ("q,index/a/b/a.png b", 1, "index.csv"),
                ('q,"a,b"', 1, "index.csv"), ("q,a;b", 1, "index.csv"), ("q,a\tb", 1, "index.csv"),
                ("q,a|b", 1, "index.csv"), ("q,\"['a', 'b']\"", 2, "index.csv"), ("q,https://x.org/a.jpg b", 1, "index.csv"),
                ("q.jpg,a", 1, "test.csv"), ("Q,a", 1, "test.csv"),
            )
        ),
    ],
)  # fmt: skip
def test_a_retrieval_truth_that_would_give_a_wrong_score_is_refused(tmp_path: Path, rows: str, complaint: str) -> None:
    with pytest.raises(DataError) as raised:
        notes_of(tmp_path, "retrieval", f"id,images,Usage\n{rows}")
    assert str(raised.value).startswith(f"{tmp_path}: the ground truth of retrieval {complaint}")
    assert "'" not in str(raised.value), "a competitor may see the error"


def test_index_ids_with_a_suffix_are_compared_without_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 entries that are ids of index.csv in another spelling"):
        notes_of(tmp_path, "retrieval", ROWS["retrieval"], CompetitionIds(None, ["a.jpg", "b.jpg", "c.JPG"], None))


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [("q,,Public\n", "has no query that counts and shows a landmark"), ("q,7 8,Public\n", "is of other landmarks")],
)
def test_a_recognition_truth_without_a_possible_answer_is_refused(tmp_path: Path, rows: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        notes_of(tmp_path, "recognition", f"id,landmarks,Usage\n{rows}")
