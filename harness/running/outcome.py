"""The files of a run: its job, and the outcome and answer that the worker process writes and the parent reads."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from pathlib import Path

import numpy as np

import metrics
from harness.atomic_files import atomic_path, write_atomically
from harness.errors import SubmissionError
from harness.submissions.answer import Answer, Labelling, Ranking
from leaderboard import Coverage, Entry, Stage

OUTCOME, ANSWER, SUBMISSION, LOG, PROGRESS, JOB, CHUNKS = (
    "outcome.json", "answer.npz", "submission.csv", "log.txt", "progress.json", "task.json", "chunks"
)  # fmt: skip


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
    """The result of a run; `reason` says why it failed, None if it succeeded."""

    reason: str | None
    stages: tuple[Stage, ...] = ()
    coverage: Coverage | None = None
    undecodable: int = 0  # images that could not be decoded
    examples: tuple[str, ...] = ()  # the ids of some of them
    versions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""  # of the submission file

    def save(self, folder: Path) -> None:
        """Write the outcome to a run's folder, as the last of its files."""
        write_atomically(folder / OUTCOME, json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path) -> "Outcome":
        """Read the outcome from a run's folder."""
        stored = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
        stages = tuple(Stage(**each) for each in stored.pop("stages"))
        coverage = stored.pop("coverage")
        examples = tuple(stored.pop("examples"))
        return cls(stages=stages, coverage=coverage and Coverage(**coverage), examples=examples, **stored)


def submission_digest(folder: Path) -> str:
    """Return the SHA-256 of the submission file in a run's folder."""
    with (folder / SUBMISSION).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def save_answer(path: Path, answer: Answer) -> None:
    """Write the arrays of an answer without its ids, which are those of the split."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        if isinstance(answer, Ranking):
            np.savez(file, positions=answer.positions)
        else:
            np.savez(file, landmarks=answer.landmarks, confidences=answer.confidences)


def load_answer(path: Path, query_ids: np.ndarray, index_ids: np.ndarray) -> Answer:
    """Return the answer that `save_answer` wrote for these queries and this index."""
    with np.load(path, allow_pickle=False) as stored:
        if "positions" in stored:
            return Ranking(query_ids, index_ids, stored["positions"])
        return Labelling(query_ids, stored["landmarks"], stored["confidences"])


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
    """Return the answer of an entry's run; raise SubmissionError if it is missing or was changed."""
    path = stored_submission(entry)
    try:
        return load_answer(path.with_name(ANSWER), query_ids, index_ids)
    except (OSError, ValueError, KeyError):
        raise _missing(entry) from None


def _missing(entry: Entry) -> SubmissionError:
    return SubmissionError(
        f"{entry.identity}, {entry.split}: its submission is no longer in the workspace; landmark run makes it again"
    )
