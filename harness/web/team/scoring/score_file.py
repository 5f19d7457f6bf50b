"""Validate and score a submitted file, build its leaderboard entry, and release its public score by the Ladder."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.data.split import TEST
from harness.errors import SubmissionError
from harness.scoring.evaluate import Evaluation, score_file
from harness.scoring.stored_evaluation import from_arrays, part_intervals, to_arrays
from harness.submissions.validation.report import ValidationReport
from harness.submissions.validation.validate import validate
from harness.web.team.scoring.budget import UploadBudget
from leaderboard import Coverage, Entry, EntryStore
from leaderboard.overfitting.ladder import LadderMechanism, ReleasedScore
from leaderboard.team.submissions import Submission
from metrics import Metric, NoPositives, Task

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
    """Score a submission's file against the competition in `folder`, named `name`; raise DataError if that fails.

    Raises RejectedError if the file is invalid, or exceeds its budget or `limit` bytes when decompressed.
    """
    task = TASKS[submission.task]
    budget = UploadBudget.of(folder, task, limit)
    try:
        budget.require(file)
        report = validate(file, folder, task)
        lines = _with_file_name(report.lines(), file, submission)
        if report.is_rejected_by("kaggle"):
            raise RejectedError(lines)
        evaluation, _, _ = score_file(file, folder, task)
    except SubmissionError as error:
        raise RejectedError(_with_file_name([str(error)], file, submission)) from None
    return ScoredFile(_entry(submission, evaluation, report, file, name), evaluation, to_arrays(evaluation), lines)


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
        metric=evaluation.metrics[0].name,
        scores=evaluation.scores,
        coverage=Coverage(required, answered, max(0, required - answered), 0),
        code_version=submission.digest,
        run_key=f"submission {submission.id}",
        submission=str(file),
        created=submission.received,
        intervals=part_intervals(evaluation),
    )


def apply_ladder(new: ScoredFile, last: int | None, store: EntryStore) -> tuple[Entry, int | None]:
    """Return the entry with its released public score, and the id of the earlier entry that score belongs to.

    `last` is the id of the entry whose public score was released last; the returned id is None for a score of its own.
    Other public scores and intervals are removed, because they reveal what the Ladder withholds; the private part is
    unchanged. Without public queries nothing changes.
    """
    metric = new.evaluation.metrics[0]
    judgement = from_arrays(metric, new.evaluation.query_ids, new.per_query, "public")
    try:
        release = LadderMechanism().release(metric, judgement, _last_release(metric, last, store))
    except NoPositives:
        return new.entry, None
    scores = {**new.entry.scores, "public": {metric.name: release.score}}
    intervals = {part: bounds for part, bounds in new.entry.intervals.items() if part == "private"}
    entry = replace(new.entry, scores=scores, intervals=intervals)
    return entry, None if release.judgement is judgement else last


def _last_release(metric: Metric, last: int | None, store: EntryStore) -> ReleasedScore | None:
    """Return the last released score by this metric, or None."""
    entry = None if last is None else store.by_ids([last]).get(last)
    score = None if entry is None else entry.score("public", metric.name)
    if entry is None or entry.id is None or score is None:
        return None
    query_ids = np.array(store.query_ids(entry.id), object)
    return ReleasedScore(score, from_arrays(metric, query_ids, store.per_query(entry.id), "public"))
