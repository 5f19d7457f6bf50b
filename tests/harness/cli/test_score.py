"""`landmark score` with intervals, and on benchmarks of complete rankings."""

import json
from pathlib import Path

import pytest

from harness.cli import score as scoring
from tests.factories.competitions import write_table
from tests.harness.cli.test_commands import landmark


@pytest.fixture
def submission(competition_folder: Path, tmp_path: Path) -> Path:
    rows = (competition_folder / "index.csv").read_text().splitlines()[1:4]
    queries = (competition_folder / "test.csv").read_text().splitlines()[1:]
    images = " ".join(row.partition(",")[0] for row in rows)
    write_table(tmp_path / "a.csv", "id,images", [(query.partition(",")[0], images) for query in queries])
    return tmp_path / "a.csv"


def test_every_score_has_its_interval(competition_folder: Path, submission: Path) -> None:
    found = json.loads(landmark("score", submission, "--on", competition_folder, "--json").stdout)
    for part, scores in found["scores"].items():
        for name, score in scores.items():
            low, high = found["intervals"][part][name]
            assert low <= score <= high, (part, name)
    assert "with 95 % intervals" in landmark("score", submission, "--on", competition_folder).stdout


def test_of_very_many_queries_intervals_are_made_where_asked_for(
    competition_folder: Path, submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "MANY", 2)
    plain = landmark("score", submission, "--on", competition_folder)
    assert "with 95 % intervals" not in plain.stdout
    assert "unless asked for by --intervals" in plain.stderr
    asked = landmark("score", submission, "--on", competition_folder, "--intervals")
    assert "with 95 % intervals" in asked.stdout
    assert "--intervals" not in asked.stderr


def test_a_revisited_benchmark_is_scored_by_easy_medium_and_hard(tmp_path: Path) -> None:
    write_table(tmp_path / "solution.csv", "id,easy,hard,ignored", [("q", "e b", "h k", "j")])
    write_table(tmp_path / "a.csv", "id,images", [("q", "j e a h b n m c k l")])
    shown = landmark("score", tmp_path / "a.csv", "--on", tmp_path).stdout.splitlines()
    assert shown[1].split() == ["easy", "medium", "hard"]
    assert shown[2].split() == ["trapezoid_map", "0.79167", "0.68899", "0.25833"]
