"""Tests of `harness.data.misnamed_tables`: a table under another name is refused, not missed."""

import os
from pathlib import Path

import pytest

from harness.data.check import check_competition
from harness.data.competition import Competition
from harness.data.misnamed_tables import find_lookalike
from harness.errors import DataError
from harness.submissions.validation.validate import load_reference


@pytest.mark.parametrize(
    "name",
    [
        *("Test.csv", "TEST.CSV", "test.tsv", "test.csv.gz", "test.csv.zip", "test (1).csv", "test.xlsx", "tests.csv"),
        *("test.parquet", "test_copy.csv", "test2.csv"),
    ],
)
def test_a_table_under_another_name_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert find_lookalike(tmp_path, "test.csv") == name


@pytest.mark.parametrize(
    "name", ["test.csv", "train.csv", "test.jpg", "test.zip", "test.json", "test_results.csv", "contest.csv", "test"]
)
def test_other_files_are_no_such_table(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert find_lookalike(tmp_path, "test.csv") is None


def test_a_missing_table_with_a_look_alike_is_refused_everywhere(competition_folder: Path, tmp_path: Path) -> None:
    os.rename(competition_folder / "test.csv", competition_folder / "Test.csv")
    complaint = r"Test.csv: is not read; save it as CSV under the name test.csv, or move it away"
    with pytest.raises(DataError, match=complaint):
        Competition.open(competition_folder, tmp_path / "store")
    with pytest.raises(DataError, match=complaint):
        load_reference(tmp_path / "s.csv", competition_folder, None)
    (fault,) = check_competition(competition_folder)
    assert "Test.csv: is not read" in str(fault)
