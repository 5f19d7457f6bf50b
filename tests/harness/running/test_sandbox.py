"""Tests of `harness.running.sandbox`: which tables a solution may open."""

from pathlib import Path

import pytest

from harness.errors import SolutionError
from harness.running.outcome import RunJob
from harness.running.sandbox import tables_to_block
from harness.running.worker import load
from tests.factories.competitions import image_id, make_competition

TABLES = ("train.csv", "index.csv", "test.csv", "files.csv", "retrieval_solution.csv", "hashes.csv", "other.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in TABLES:
        (tmp_path / name).write_text("id\n")
    return tmp_path


def blocked(folder: Path, spec: str) -> set[str]:
    return {path.name for path in tables_to_block(folder, spec)}


def test_all_tables_of_the_folder_are_blocked(folder: Path) -> None:
    assert blocked(folder, "hash") == set(TABLES)


def test_a_table_that_a_parameter_names_may_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in (folder / "hashes.csv", "hashes.csv", "./hashes.csv"):
        assert set(TABLES) - blocked(folder, f"hash(hashes={str(name)!r})") == {"hashes.csv"}


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"hashes.csv", "other.csv"}))
def test_the_tables_and_the_ground_truth_of_the_competition_stay_blocked(folder: Path, name: str) -> None:
    assert blocked(folder, f"hash(hashes={str(folder / name)!r})") == set(TABLES)


def test_a_link_to_the_ground_truth_stays_blocked(folder: Path) -> None:
    (folder / "link.csv").symlink_to(folder / "retrieval_solution.csv")
    assert "link.csv" in blocked(folder, f"hash(hashes={str(folder / 'link.csv')!r})")


def test_a_run_may_open_the_table_that_it_names_and_no_other(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "demo")
    table = folder / "hashes.csv"
    table.write_text(f"id,avghash\n{image_id('index', 0)},{'0' * 16}\n")
    job = RunJob(str(folder), str(tmp_path / "workspace"), f"hash(hashes={str(table)!r})", "retrieval", None, 0)
    load(job)
    assert table.read_text().startswith("id,avghash")
    for name in ("retrieval_solution.csv", "train.csv"):
        with pytest.raises(SolutionError, match=f"must not open {name}"):
            (folder / name).read_text()
