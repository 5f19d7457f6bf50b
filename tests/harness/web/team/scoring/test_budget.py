"""Tests of `harness.web.team.scoring.budget`: what is read of an uploaded file follows from the competition."""

import gzip
from pathlib import Path

import pytest

from harness.errors import DataError, SubmissionError
from harness.web.team.scoring.budget import UploadBudget, cpu_seconds
from tests.factories.competitions import make_competition

LIMIT = 10**8
HEADER = b"id,images\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_competition(tmp_path_factory.mktemp("budget") / "contest", size=16, queries=8)


def error_of(folder: Path, file: Path, content: bytes) -> str:
    file.write_bytes(content)
    with pytest.raises(SubmissionError) as raised:
        UploadBudget.of(folder, "retrieval", LIMIT).require(file)
    return str(raised.value).removeprefix(f"{file}: is too large for this competition: ")


def test_complete_rankings_ten_times_as_long_as_needed_are_within_the_budget(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(HEADER + b"".join(b"test_%d,%s\n" % (row, b"index_1 " * 1000) for row in range(8)))
    UploadBudget.of(folder, "retrieval", LIMIT).require(tmp_path / "file")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_too_many_lines_are_refused(folder: Path, tmp_path: Path, line_end: bytes) -> None:
    rows = UploadBudget.of(folder, "retrieval", LIMIT).rows
    (tmp_path / "file").write_bytes(line_end.join([b"id,images", *[b"a,b"] * (rows - 1)]) + line_end)
    UploadBudget.of(folder, "retrieval", LIMIT).require(tmp_path / "file")
    text = error_of(folder, tmp_path / "file", line_end.join([b"id,images", *[b"a,b"] * (rows + 9)]) + line_end)
    assert text == f"it has more than {rows} lines; write one for each query"


@pytest.mark.parametrize("before", [0, 1, 500])
def test_a_line_that_is_too_long_is_refused(folder: Path, tmp_path: Path, before: int) -> None:
    content = HEADER + b"a,b\n" * before + b"a," + b"x " * 200_000
    for name, packed in (("plain", content), ("packed", gzip.compress(content))):
        assert error_of(folder, tmp_path / name, packed).startswith(f"line {before + 2} has more than ")


def test_a_long_first_line_is_refused(folder: Path, tmp_path: Path) -> None:
    for content in (b",".join(b"%x" % column for column in range(500)) + b"\n", b"x" * 10**6):
        assert error_of(folder, tmp_path / "file", content).startswith("its first line has more than 1000 bytes")


def test_a_bomb_is_refused_before_all_of_it_is_decompressed(folder: Path, tmp_path: Path) -> None:
    bomb = gzip.compress(HEADER + (b"a," + b"x" * 9_000 + b"\n") * 5_000)
    assert "MB when decompressed" in error_of(folder, tmp_path / "file", bomb)


def test_a_damaged_archive_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "damaged gzip file" in error_of(folder, tmp_path / "file", gzip.compress(HEADER * 99)[:-20])


def test_a_competition_without_a_ground_truth_has_no_budget(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no ground truth"):
        UploadBudget.of(tmp_path, "retrieval", LIMIT)


def test_the_budget_follows_the_tables(folder: Path, tmp_path: Path) -> None:
    other = make_competition(tmp_path / "other", size=16, queries=8)
    before = UploadBudget.of(other, "retrieval", LIMIT)
    assert before == UploadBudget.of(folder, "retrieval", LIMIT)
    with (other / "test.csv").open("a") as table:
        table.writelines(f"more_{number},\n" for number in range(100))
    assert UploadBudget.of(other, "retrieval", LIMIT).rows == before.rows + 400
    assert UploadBudget.of(other, "recognition", LIMIT).row_bytes > 0


def test_larger_files_may_take_more_processor_time(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"")
    (tmp_path / "large").write_bytes(bytes(10**7))
    assert 60 < cpu_seconds(tmp_path / "small") < cpu_seconds(tmp_path / "large") < 200
