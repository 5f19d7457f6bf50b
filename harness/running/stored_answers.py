"""Answers and submission files that finished runs left in the workspace."""

from pathlib import Path

import numpy as np

from harness.errors import SubmissionError
from harness.running.outcome import ANSWER, Outcome, load_answer, submission_digest
from harness.submissions.answer import Answer
from leaderboard import Entry


def finished_outcome(folder: Path) -> Outcome | None:
    """Return the outcome of the finished run in a folder; None if it failed, or its files are missing or changed."""
    try:
        outcome = Outcome.load(folder)
        return outcome if outcome.reason is None and outcome.digest == submission_digest(folder) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def stored_outcome(entry: Entry) -> Outcome | None:
    """Return the outcome of an entry's run; None if its submission is missing or was changed."""
    return finished_outcome(Path(entry.submission).parent) if entry.submission else None


def stored_submission(entry: Entry) -> Path:
    """Return the submission file of an entry's run; raise SubmissionError if it is missing or was changed."""
    if stored_outcome(entry) is None:
        raise _missing(entry)
    return Path(entry.submission or "")


def stored_answer(entry: Entry, query_ids: np.ndarray, index_ids: np.ndarray) -> Answer:
    """Return the answer of an entry's run to these queries, from this index.

    Raises SubmissionError if it is missing or was changed.
    """
    path = stored_submission(entry)
    try:
        return load_answer(path.with_name(ANSWER), query_ids, index_ids)
    except (OSError, ValueError, KeyError):
        raise _missing(entry) from None


def _missing(entry: Entry) -> SubmissionError:
    return SubmissionError(
        f"{entry.identity}, {entry.split}: its submission is no longer in the workspace; landmark run makes it again"
    )
