"""The validator finds what a slow one finds, whatever the size of the blocks that it reads.

Tests of `harness.submissions.validation.validate`, `harness.submissions.validation.columns`,
`harness.submissions.validation.fault_kinds`, `harness.submissions.validation.inspection`,
`harness.submissions.validation.parse_labels`, `harness.submissions.validation.reference_ids` and
`harness.submissions.validation.report`.
"""

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.data.tables import block_reader, csv_table
from harness.errors import DataError
from harness.submissions.validation import columns
from harness.submissions.validation.report import ValidationReport
from harness.submissions.validation.validate import load_reference, validate_against
from tests.factories.submission_files import INDEX, LANDMARKS, QUERIES, submission_files, write_tables
from tests.references.validator import CompetitionIds, FaultRecord, SlowValidator

TABLES = [
    {"queries": True, "index": True, "train": True},
    {"queries": True, "index": True, "train": False},
    {"queries": False, "index": True, "train": True},
    {"queries": True, "index": False, "train": True},
]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    within = tmp_path_factory.mktemp("small")
    return [write_tables(within / str(number), **tables) for number, tables in enumerate(TABLES)]


@pytest.fixture
def folder(folders: list[Path]) -> Path:
    return folders[0]


def faults_of(report: ValidationReport) -> dict[str, FaultRecord]:
    """Return the faults by kind; messages are omitted."""
    return {
        fault.kind.name: (
            fault.count,
            fault.line,
            fault.column,
            fault.entry,
            fault.example * bool(fault.kind.description),
        )
        for fault in report.faults
    }


def validate_in_blocks(size: int, path: Path, folder: Path, task: str | None) -> ValidationReport:
    small = lambda path, *_, **options: block_reader.read_blocks(path, size, **options)
    with patch.object(csv_table, "read_blocks", small), patch.object(columns, "read_blocks", small):
        return validate_as_it_is(path, folder, task)


def validate_as_it_is(path: Path, folder: Path, task: str | None) -> ValidationReport:
    """Return the report on a file without the conversion of unusual formats of rows."""
    return validate_against(path, *load_reference(path, folder, task))


@settings(deadline=None, max_examples=300)
@given(
    content=submission_files, task=st.sampled_from([None, None, "retrieval", "recognition"]), which=st.integers(0, 3)
)
@example(content=b"id,images\nq,a a no\n q,b1\nq,\nq,both\nboth,both both\n", task=None, which=0)
@example(content=b'id\nq,\nq,\n"q" \nq,', task=None, which=0)
@example(content=b'id,id\n\n\n\n"q" \n', task=None, which=0)
@example(content=b"q,7 0.5 \n", task=None, which=0)
@example(content=b"id;images\n", task=None, which=3)
@example(content=b"id,landmarks\nq,1_0 1\nq1,7  0.5\n", task=None, which=0)
def test_it_finds_what_the_slow_validator_finds(
    content: bytes, task: str | None, which: int, folders: list[Path]
) -> None:
    path = folders[which] / "submission.csv"
    path.write_bytes(content)
    report = validate_as_it_is(path, folders[which], task)
    tables = TABLES[which]
    reference = CompetitionIds(
        QUERIES if tables["queries"] else None,
        INDEX if tables["index"] else None,
        LANDMARKS if tables["train"] else None,
    )
    assert faults_of(report) == SlowValidator(reference, task).check(content)
    for size in (1, 17):
        other = validate_in_blocks(size, path, folders[which], task)
        assert faults_of(other) == faults_of(report)
        assert (other.n_rows, other.n_answered, other.scorer_error) == (
            report.n_rows,
            report.n_answered,
            report.scorer_error,
        )
    assert len(report.lines()) < 100
    assert all(line.isprintable() for line in [*report.lines(), *report.summary_lines()])


@pytest.mark.parametrize("label", ["Eiffel", "0.0", "nan", " 7", "-1"])
def test_landmarks_of_train_images_that_are_no_numbers_are_an_error(tmp_path: Path, label: str) -> None:
    folder = write_tables(tmp_path / "c")
    (folder / "train.csv").write_text(f"id,landmark_id\na,7\nb,{label}\n")
    with pytest.raises(DataError, match=f"train.csv: landmark_id must be a whole number .* not '{label}'"):
        load_reference(tmp_path / "s.csv", folder, "recognition")


def test_a_ground_truth_that_cannot_be_read_is_a_check_that_is_not_made(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "c")
    (folder / "retrieval_solution.csv").write_text("id;images\nq;a\n")
    reference, _ = load_reference(tmp_path / "s.csv", folder, "retrieval")
    assert reference.skipped_checks("retrieval") == (
        "whether lists must have the whole index (the ground truth cannot be read)",
    )
