"""From a file that was handed in to what it comes to on the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.split import TEST
from harness.data.tables.compressed import unpacked
from harness.errors import DataError, SubmissionError
from harness.scoring.evaluate import Evaluation, score_file
from harness.scoring.stored_evaluation import kept, part_intervals
from harness.submissions.validation.report import Report
from harness.submissions.validation.validate import validate
from leaderboard import Coverage, Entry
from leaderboard.team.submissions import Submission
from metrics import Task, metrics_of

_BLOCK = 1 << 20  # bytes
TASKS: dict[str, Task] = {"retrieval": "retrieval", "recognition": "recognition"}


@dataclass(frozen=True)
class Scored:
    """A file that was scored: its entry, what each query got, and what is odd about the file all the same."""

    entry: Entry
    evaluation: Evaluation
    per_query: Mapping[str, np.ndarray]
    report: list[str]


class RejectedError(Exception):
    """A file that cannot be scored; `report` says why, line by line."""

    def __init__(self, report: list[str]) -> None:
        super().__init__(report[0] if report else "")
        self.report = report


def scored(submission: Submission, file: Path, folder: Path, name: str, limit: int) -> Scored:
    """Return what a file comes to in the competition that lies in a folder and has this name.

    It may unpack to `limit` bytes. Raises RejectedError for what is the file's fault, DataError for what is not.
    """
    task = TASKS[submission.task]
    try:
        _require_small(file, limit)
        report = validate(file, folder, task)
        lines = _named(report.lines(), file, submission)
        if report.rejected("kaggle"):
            raise RejectedError(lines)
        evaluation, _, _ = score_file(file, folder, task)
    except SubmissionError as error:
        raise RejectedError(_named([str(error)], file, submission)) from None
    return Scored(_entry(submission, evaluation, report, file, name), evaluation, kept(evaluation), lines)


def _require_small(file: Path, limit: int) -> None:
    """Raise SubmissionError for a file that cannot be unpacked, or to more than `limit` bytes."""
    size = 0
    try:
        with unpacked(file) as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise SubmissionError(f"{file}: unpacks to more than {limit / 1e6:g} MB; is this a table?")
    except DataError as error:
        raise SubmissionError(str(error)) from None


def _named(lines: list[str], file: Path, submission: Submission) -> list[str]:
    """Return lines with the name that the team knows in place of where the file lies."""
    return [line.replace(str(file), submission.file_name) for line in lines]


def _entry(submission: Submission, evaluation: Evaluation, report: Report, file: Path, name: str) -> Entry:
    asked, answered = report.asked or len(evaluation.query_ids), report.answered
    return Entry(
        competition=submission.competition,
        competition_name=name,
        task=submission.task,
        split=TEST,
        solution=submission.team,
        identity=f"{submission.team} #{submission.number}",
        seed=0,
        status="scored",
        reason=None,
        metric=metrics_of(evaluation.task)[0].name,
        scores=evaluation.scores,
        coverage=Coverage(asked, answered, max(0, asked - answered), 0),
        stages=(),
        versions={},
        code_version=submission.digest,
        run_key=f"submission {submission.id}",
        submission=str(file),
        log=None,
        created=submission.received,
        intervals=part_intervals(evaluation),
    )
