"""Inputs of a blend: submission files, and the answers of finished runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join

import numpy as np

from harness.blending.fusion import reindex
from harness.comparing.entry_lookup import find_entry, is_entry_number
from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import HarnessError, SubmissionError
from harness.running.outcome import stored_answer, stored_outcome, stored_submission
from harness.submissions.answer import Answer, Ranking
from harness.submissions.list_length import MAX_SCORED_IDS, list_length
from harness.submissions.read_write import read_submission, submission_task
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import Task


@dataclass(frozen=True)
class BlendInput:
    """An answer to blend: a submission file, or the submission of the run with this `entry`."""

    name: str
    path: Path
    task: Task
    entry: Entry | None = None


def find_inputs(
    names: Sequence[str], competition: Competition, workspace: Workspace, task: Task | None = None
) -> list[BlendInput]:
    """Return the finished run or the file that each name means (see `harness.comparing.entry_lookup`).

    Raises HarnessError for an unknown name, and for inputs of several tasks or of another than `task`.
    """
    tests = EntryStore(workspace.database).entries(competition=competition.key, split=TEST)
    finished = [entry for entry in tests if entry.submission]
    inputs = [_find(name, finished, competition, workspace) for name in names]
    for each in inputs:
        if each.task != (task or inputs[0].task):
            raise SubmissionError(f"{each.name}: answers {each.task}, not {task or inputs[0].task}; blend one task")
    return inputs


def load_answers(inputs: Sequence[BlendInput], competition: Competition) -> list[Answer]:
    """Return the answers to the queries of the competition; rankings are converted to one index."""
    query_ids, index_ids = competition.queries.ids, competition.index.ids
    length = list_length(len(index_ids), MAX_SCORED_IDS)
    answers = [
        stored_answer(each.entry, query_ids, index_ids)
        if each.entry
        else read_submission(each.path, query_ids, max_length=length)
        for each in inputs
    ]
    rankings = [answer for answer in answers if isinstance(answer, Ranking)]
    if not len(index_ids) and rankings:  # files on a competition without index.csv
        index_ids = np.array(sorted({name for ranking in rankings for name in ranking.index_ids}), object)
    return [reindex(answer, index_ids) if isinstance(answer, Ranking) else answer for answer in answers]


def _find(name: str, finished: Sequence[Entry], competition: Competition, workspace: Workspace) -> BlendInput:
    entry = _intact_entry(name, finished, workspace.register)
    if entry:
        return BlendInput(entry.identity, stored_submission(entry), entry.task, entry)  # type: ignore[arg-type]
    path = Path(name)
    if path.is_file() and path.suffix != ".py":
        return BlendInput(name, path, submission_task(path))
    if is_entry_number(name):
        raise HarnessError(f"{name}: is no finished run on all test images of {competition.name}; name another")
    raise HarnessError(
        f"{name}: neither a file nor a finished run of {competition.name}; to run it: "
        f"{join(['landmark', 'run', name, '--on', str(competition.folder)])}"
    )


def _intact_entry(name: str, finished: Sequence[Entry], register: Path) -> Entry | None:
    """Return the entry that a name means, or the next one if its submission is missing or was changed.

    If none is left it is the first, whose error names the remedy.
    """
    first = entry = find_entry(name, finished, register)
    while entry is not None and stored_outcome(entry) is None:
        finished = [each for each in finished if each.id != entry.id]
        entry = find_entry(name, finished, register)
    return entry or first
