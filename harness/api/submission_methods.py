"""Scores and faults of submission files, as methods of `OpenCompetition`."""

from __future__ import annotations

from pathlib import Path

from harness.api.arguments import require_task
from harness.api.one_line_errors import raises_harness_errors
from harness.api.submission_files import ScoresView, SubmissionLike, ValidationView, submission_path
from metrics import Task


class SubmissionMethods:
    """Methods of a competition that read a submission, a file or a DataFrame."""

    folder: Path

    @raises_harness_errors
    def score(
        self,
        submission: SubmissionLike,
        task: Task | None = None,
        *,
        intervals: bool | None = None,
        seed: int = 0,
    ) -> ScoresView:
        """Score a submission, a file or a DataFrame, against the ground truth of the competition."""
        from harness.scoring.submission_scores import score_submission

        with submission_path(submission) as (path, name):
            scores, notes = score_submission(path, self.folder, task, seed, with_intervals=intervals)
            return ScoresView(name, scores, [note.replace(str(path), name) for note in notes])

    @raises_harness_errors
    def validate(self, submission: SubmissionLike, task: Task | None = None) -> ValidationView:
        """Report all faults of a submission, a file or a DataFrame; the ground truth is not read."""
        from harness.submissions.validation.validate import validate

        require_task(task)
        with submission_path(submission) as (path, name):
            return ValidationView(name, validate(path, self.folder, task))
