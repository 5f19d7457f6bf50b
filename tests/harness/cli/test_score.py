"""Tests of `harness.cli.score` and `harness.scoring.submission_scores`."""

import json
from pathlib import Path

import pytest

from harness.scoring import submission_scores
from tests.cli import error_of, run_command
from tests.factories.competitions import write_table


@pytest.fixture
def submission(competition_folder: Path, tmp_path: Path) -> Path:
    rows = (competition_folder / "index.csv").read_text().splitlines()[1:4]
    queries = (competition_folder / "test.csv").read_text().splitlines()[1:]
    images = " ".join(row.partition(",")[0] for row in rows)
    write_table(tmp_path / "a.csv", "id,images", [(query.partition(",")[0], images) for query in queries])
    return tmp_path / "a.csv"


def test_every_score_has_its_interval(competition_folder: Path, submission: Path) -> None:
    document = json.loads(run_command("score", submission, "--on", competition_folder, "--json").stdout)
    for part, scores in document["scores"].items():
        for name, value in scores.items():
            low, high = document["intervals"][part][name]
            assert low <= value <= high, (part, name)
    assert "with 95 % intervals" in run_command("score", submission, "--on", competition_folder).stdout


def test_many_queries_have_intervals_only_on_request(
    competition_folder: Path, submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission_scores, "MAX_QUERIES_FOR_INTERVALS", 2)
    plain = run_command("score", submission, "--on", competition_folder)
    assert "with 95 % intervals" not in plain.stdout
    assert "--intervals computes them" in plain.stderr
    requested = run_command("score", submission, "--on", competition_folder, "--intervals")
    assert "with 95 % intervals" in requested.stdout
    assert "--intervals" not in requested.stderr


def test_a_revisited_benchmark_is_scored_by_easy_medium_and_hard(tmp_path: Path) -> None:
    write_table(tmp_path / "solution.csv", "id,easy,hard,ignored", [("q", "e b", "h k", "j")])
    write_table(tmp_path / "index.csv", "id", [(each,) for each in "abcehjklmn"])
    write_table(tmp_path / "a.csv", "id,images", [("q", "j e a h b n m c k l")])
    result = run_command("score", tmp_path / "a.csv", "--on", tmp_path, "--no-intervals").stdout.splitlines()
    assert [line.split() for line in result[1:4]] == [
        ["all", "E", "M", "H"],
        ["mAP", "0.79167", "0.68899", "0.25833"],
        ["mP@1", "1.00000", "1.00000", "0.00000"],
    ]


def test_a_classic_benchmark_is_scored_under_the_names_of_its_board(tmp_path: Path) -> None:
    write_table(tmp_path / "solution.csv", "id,images,ignored", [("q", "b", "j")])
    write_table(tmp_path / "index.csv", "id", [(each,) for each in "abj"])
    write_table(tmp_path / "a.csv", "id,images", [("q", "j b a")])
    result = run_command("score", tmp_path / "a.csv", "--on", tmp_path, "--no-intervals").stdout.splitlines()
    assert [line.rsplit(maxsplit=3)[0] for line in result[2:]] == ["mAP", "mP@1", "mP@5", "mP@10"]


def test_a_cut_file_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    write_table(tmp_path / "solution.csv", "id,easy,hard,ignored", [("q", "e b", "h k", "j")])
    write_table(tmp_path / "index.csv", "id", [(each,) for each in "abcehjklmn"])
    write_table(tmp_path / "a.csv", "id,images", [("q", "j e a")])
    message = error_of("score", tmp_path / "a.csv", "--on", tmp_path)
    assert "line 2: 'q' ranks 3 of 10 index images: 7 missing" in message
