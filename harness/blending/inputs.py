"""What a blend is made of: submission files, and what finished runs answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join

import numpy as np

from harness.blending.fusion import reindex
from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import HarnessError, SubmissionError
from harness.running.stored_answers import stored_answer, stored_submission
from harness.solution.base import identity
from harness.solution.registry import load_solution
from harness.submissions.answer import Answer, Ranking
from harness.submissions.read_write import read_submission, submission_task
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import Task


@dataclass(frozen=True)
class BlendInput:
    """One of the answers to be blended. `entry` is that of the run it comes from, None for a file."""

    name: str
    path: Path
    task: Task
    entry: Entry | None = None


def find_inputs(
    names: Sequence[str], competition: Competition, workspace: Workspace, task: Task | None = None
) -> list[BlendInput]:
    """Return what goes by each name: a file, an entry such as `#12`, or the latest finished run of a solution.

    Raises HarnessError for a name that is neither, and where they, and `task`, are not of one task.
    """
    store = EntryStore(workspace.database)
    found = [_find(name, store, competition, workspace) for name in names]
    for each in found:
        if each.task != (task or found[0].task):
            raise SubmissionError(f"{each.name}: answers {each.task}, not {task or found[0].task}; blend one task")
    return found


def load_answers(ingredients: Sequence[BlendInput], competition: Competition) -> list[Answer]:
    """Return the answers to the queries of the competition, rankings of one and the same index."""
    answers = [_load(each, competition) for each in ingredients]
    rankings = [answer for answer in answers if isinstance(answer, Ranking)]
    index_ids = competition.index.ids
    if not len(index_ids) and rankings:  # files for a competition whose index is not at hand
        index_ids = np.array(sorted({name for ranking in rankings for name in ranking.index_ids}), object)
    return [reindex(answer, index_ids) if isinstance(answer, Ranking) else answer for answer in answers]


def read_answer(path: Path, competition: Competition) -> Answer:
    """Return the answers in a file to the queries of the competition."""
    return read_submission(path, competition.queries.ids)


def _find(name: str, store: EntryStore, competition: Competition, workspace: Workspace) -> BlendInput:
    path = Path(name)
    if path.is_file() and path.suffix != ".py":
        return BlendInput(name, path, submission_task(path))
    wanted = _identity(name, workspace)
    entries = store.entries(competition=competition.key, split=TEST)
    runs = [each for each in entries if {each.identity, f"#{each.id}"} & {name, wanted} and each.submission]
    if not runs:
        raise HarnessError(
            f"{name}: is no file, and no finished run of {competition.name}; "
            f"{join(['landmark', 'run', name, '--on', str(competition.folder)])} makes one"
        )
    return BlendInput(runs[-1].identity, stored_submission(runs[-1]), runs[-1].task, runs[-1])  # type: ignore[arg-type]


def _identity(name: str, workspace: Workspace) -> str:
    """Return the identity of a solution however its parameters are written; the name itself where there is none."""
    try:
        return identity(load_solution(name, workspace.register))
    except HarnessError:
        return name


def _load(ingredient: BlendInput, competition: Competition) -> Answer:
    if ingredient.entry is None:
        return read_answer(ingredient.path, competition)
    return stored_answer(ingredient.entry, competition.queries.ids, competition.index.ids)
