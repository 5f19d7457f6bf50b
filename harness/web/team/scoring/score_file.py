"""Validate and score a submitted file, and build its leaderboard entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.split import TEST
from harness.data.tables.compressed import open_decompressed
from harness.errors import DataError, SubmissionError
from harness.scoring.evaluate import Evaluation, score_file
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from harness.submissions.validation.report import ValidationReport
from harness.submissions.validation.validate import validate
from leaderboard import Coverage, Entry
from leaderboard.team.submissions import Submission
from metrics import Task, metrics_of

_BLOCK = 1 << 20  # bytes
TASKS: dict[str, Task] = {"retrieval": "retrieval", "recognition": "recognition"}


@dataclass(frozen=True)
class ScoredFile:
    """The result of scoring a file: its entry, evaluation, per-query arrays, and the warnings of its validation."""

    entry: Entry
    evaluation: Evaluation
    per_query: Mapping[str, np.ndarray]
    report: list[str]


class RejectedError(Exception):
    """The file cannot be scored; `report` lists the reasons, one per line."""

    def __init__(self, report: list[str]) -> None:
        super().__init__(report[0] if report else "")
        self.report = report


def score_upload(submission: Submission, file: Path, folder: Path, name: str, limit: int) -> ScoredFile:
    """Score the file of a submission to the competition in `folder`, whose name is `name`.

    Raises RejectedError if the file is invalid or decompresses to more than `limit` bytes, and DataError for other
    failures.
    """
    task = TASKS[submission.task]
    try:
        _require_unpacked_size(file, limit)
        report = validate(file, folder, task)
        lines = _with_file_name(report.lines(), file, submission)
        if report.is_rejected_by("kaggle"):
            raise RejectedError(lines)
        evaluation, _, _ = score_file(file, folder, task)
    except SubmissionError as error:
        raise RejectedError(_with_file_name([str(error)], file, submission)) from None
    return ScoredFile(_entry(submission, evaluation, report, file, name), evaluation, to_arrays(evaluation), lines)


def _require_unpacked_size(file: Path, limit: int) -> None:
    """Raise SubmissionError if the file cannot be decompressed, or is larger than `limit` bytes when decompressed."""
    size = 0
    try:
        with open_decompressed(file) as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise SubmissionError(f"{file}: larger than {limit / 1e6:g} MB when decompressed")
    except DataError as error:
        raise SubmissionError(str(error)) from None


def _with_file_name(lines: list[str], file: Path, submission: Submission) -> list[str]:
    """Replace the path of the file on the server by the name that the team uploaded it under."""
    return [line.replace(str(file), submission.file_name) for line in lines]


def _entry(submission: Submission, evaluation: Evaluation, report: ValidationReport, file: Path, name: str) -> Entry:
    required, answered = report.n_required or len(evaluation.query_ids), report.n_answered
    return Entry(
        competition=submission.competition,
        competition_name=name,
        task=submission.task,
        split=TEST,
        solution=submission.team,
        identity=f"{submission.team} #{submission.number}",
        seed=0,
        status="scored",
        metric=metrics_of(evaluation.task)[0].name,
        scores=evaluation.scores,
        coverage=Coverage(required, answered, max(0, required - answered), 0),
        code_version=submission.digest,
        run_key=f"submission {submission.id}",
        submission=str(file),
        created=submission.received,
        intervals=part_intervals(evaluation),
    )
