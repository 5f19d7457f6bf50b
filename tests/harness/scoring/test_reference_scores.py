"""Tests of `harness.scoring.reference_scores`."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.data.competition import Competition
from harness.scoring.reference_scores import published_rows, reference_board_rows
from harness.workspace import Workspace
from metrics import metrics_of


def rows_of(folder: Path, task: str):
    competition = Competition.open(folder, Workspace.open(None).descriptors)
    return [row for row in reference_board_rows(competition, task, []) if row.same]


def test_the_sample_submission_is_scored_on_the_competition(competition_folder, workspace):
    queries = (competition_folder / "test.csv").read_text().split()[1:]
    images = (competition_folder / "index.csv").read_text().split()[1:]
    lines = [f"{query.partition(',')[0]},{images[0].partition(',')[0]}" for query in queries]
    (competition_folder / "sample_submission.csv").write_text("\n".join(["id,images", *lines]) + "\n")
    (row,) = rows_of(competition_folder, "retrieval")
    assert (row.name, row.source) == ("sample submission", "sample_submission.csv")
    assert 0 < row.score_all < 1
    assert rows_of(competition_folder, "recognition") == []


def test_an_unreadable_sample_is_left_out(competition_folder, workspace):
    (competition_folder / "sample_submission.csv").write_bytes(b"\x00\xff not a table")
    assert rows_of(competition_folder, "retrieval") == []


def test_without_a_sample_only_published_scores_are_listed(competition_folder, workspace):
    assert rows_of(competition_folder, "retrieval") == []


@pytest.mark.parametrize(
    ("queries", "index", "truth", "same"),
    [
        (117_577, 761_757, "retrieval_solution_v2.1.csv", True),
        (117_577, 761_757, "retrieval_solution.csv", False),
        (117_577, 761_756, "retrieval_solution_v2.1.csv", False),
        (100, 761_757, "retrieval_solution_v2.1.csv", False),
    ],
)
def test_published_scores_are_comparable_on_their_photographs_and_ground_truth_only(
    competition_folder, tmp_path, queries, index, truth, same
):
    for path in competition_folder.glob("*solution*.csv"):
        if "images" in path.read_text().partition("\n")[0]:
            path.rename(path.with_name(truth))
    sizes = SimpleNamespace(
        folder=competition_folder, queries=range(queries), index=range(index), metrics=lambda _: metrics_of("retrieval")
    )
    own = [row for row in published_rows(sizes, "retrieval") if row.same]
    assert [row.name for row in own] == ["smlyaka", "imagesearch", "bestfitting", "Layer 6 AI"] * same
