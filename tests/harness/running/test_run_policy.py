"""Tests of `harness.running.run_policy`: what the process of a run may read and write."""

from pathlib import Path

import pytest

from harness.running.run_policy import tables_to_hide

TABLES = ("train.csv", "index.csv", "test.csv", "files.csv", "retrieval_solution.csv", "hashes.csv", "other.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in TABLES:
        (tmp_path / name).write_text("id\n")
    return tmp_path


def blocked(folder: Path, spec: str) -> set[str]:
    return {path.name for path in tables_to_hide(folder, spec)}


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
