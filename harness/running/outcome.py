"""The files of a run: its job, and the outcome and answer that the worker process writes and the parent reads."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import numpy as np

import metrics
from harness.atomic_files import write_atomically
from harness.errors import SubmissionError
from harness.running.answer_file import load_answer
from harness.running.outcome_reading import read_outcome_fields
from harness.running.run_folder import ANSWER, OUTCOME, SUBMISSION, RunFileError, open_run_file
from harness.submissions.answer import Answer
from leaderboard import Coverage, Entry, Stage

FailureKind = Literal["solution", "place", "killed"]  # of the solution; of disk, permissions or tables; from outside
_MAX_BYTES = 1 << 40


@dataclass(frozen=True)
class RunJob:
    """The description of one run: a solution on a split of a competition."""

    folder: str  # of the competition
    workspace: str
    spec: str  # names the solution: `hash(kind='dct')`
    task: metrics.Task
    fold: int | None  # from 1; None for the competition's own test images
    seed: int
    queries: tuple[int, ...] | None = None  # the rows of a sample of the test images; None for all


@dataclass(frozen=True)
class Outcome:
    """The result of a run; `reason` says why it failed, None if it succeeded, and `kind` what has failed."""

    reason: str | None
    stages: tuple[Stage, ...] = ()
    coverage: Coverage | None = None
    undecodable: int = 0  # images that could not be decoded
    examples: tuple[str, ...] = ()  # the ids of some of them
    versions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""  # of the submission file
    answer_digest: str = ""  # of the file of the answer
    kind: FailureKind = "solution"

    def save(self, folder: Path) -> None:
        """Write the outcome to a run's folder, as the last of its files."""
        write_atomically(folder / OUTCOME, json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path) -> "Outcome":
        """Read the outcome from a run's folder; RunFileError if there is no valid one."""
        fields = read_outcome_fields(folder)
        if "reason" not in fields:
            raise RunFileError(f"{OUTCOME} has no reason")
        return cls(**fields)


def submission_digest(folder: Path) -> str:
    """Return the SHA-256 of the submission file in a run's folder; RunFileError if there is none."""
    return run_file_digest(folder / SUBMISSION)


def run_file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in a run's folder; RunFileError if there is none."""
    with open_run_file(path, _MAX_BYTES) as file:
        return file_digest(file, "sha256").hexdigest()


def finished_outcome(folder: Path) -> Outcome | None:
    """Return the outcome of the finished run in a folder; None if it failed, or its files are missing or changed."""
    with suppress(RunFileError, OSError):
        outcome = Outcome.load(folder)
        is_same = outcome.reason is None and outcome.digest == submission_digest(folder)
        if is_same and (not outcome.answer_digest or outcome.answer_digest == run_file_digest(folder / ANSWER)):
            return outcome
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
    """Return the answer of an entry's run; raise SubmissionError if it is missing or was changed."""
    path = stored_submission(entry)
    try:
        return load_answer(path.with_name(ANSWER), query_ids, index_ids)
    except (OSError, RunFileError):
        raise _missing(entry) from None


def _missing(entry: Entry) -> SubmissionError:
    return SubmissionError(
        f"{entry.identity}, {entry.split}: its submission is no longer in the workspace; landmark run makes it again"
    )
