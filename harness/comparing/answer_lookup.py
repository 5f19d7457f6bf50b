"""Read the answer that a name means: that of an entry on the test images, or of a submission file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.comparing.entry_lookup import EntryLookup
from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.split import TEST
from harness.errors import DataError
from harness.running.outcome import stored_submission
from harness.submissions.answer import Answer
from harness.submissions.read_write import read_submission, submission_task
from leaderboard import Entry
from metrics import Task


@dataclass(frozen=True, eq=False)
class ScoredAnswer:
    """An answer to the scored queries, in the order of its ground truth; `entry` is None for a file."""

    name: str
    entry: Entry | None
    answer: Answer
    truth: GroundTruth

    @property
    def source(self) -> str:
        """Return the name, with the number of the entry."""
        return f"{self.name} (entry #{self.entry.id})" if self.entry else self.name


def find_answer(name: str, lookup: EntryLookup, task: Task | None = None) -> ScoredAnswer:
    """Return the answer of a solution, an entry ('#12') or a submission file, with the ground truth of its task.

    Raises HarnessError for an unknown name, an entry on a fold, a missing file, and without ground truth.
    """
    entry = lookup.entry(name, task)
    if entry and entry.split != TEST:
        raise DataError(f"entry #{entry.id} is on {entry.split}; name an entry on the test images")
    path = stored_submission(entry) if entry else Path(name)
    file_task = submission_task(path)
    if task not in (None, file_task):
        raise DataError(f"{path}: is a submission for {file_task}, not for {task}")
    answer, truth = read_scored_answer(path, lookup.competition)
    return ScoredAnswer(entry.identity if entry else path.name, entry, answer, truth)


def read_scored_answer(path: Path, competition: Competition) -> tuple[Answer, GroundTruth]:
    """Return the answers in a submission file to the scored queries, and the ground truth of its task.

    Raises SubmissionError for a file that cannot be read, and DataError without ground truth.
    """
    if competition.ranks_whole_index:
        folder = competition.folder
        raise DataError(f"{folder}: Oxford, Paris and Holidays rank whole collections; this needs lists of 100 images")
    task = submission_task(path)
    truth = load_ground_truth(competition.folder, task)
    if truth is None:
        raise DataError(f"{competition.folder}: holds no ground truth for {task}, so nothing can be scored there")
    others = [*competition.queries.ids, *truth.query_ids]
    return read_submission(path, truth.query_ids[truth.scored], others), truth
