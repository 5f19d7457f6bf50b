"""The tuning studies of a board: those of its competition and task, by their file or by the runs of their trials."""

from collections.abc import Sequence

from harness.tuning.stored_study import StoredStudy, load_studies
from harness.workspace import Workspace
from leaderboard import Entry


def studies_of_board(workspace: Workspace, competition: str, task: str, entries: Sequence[Entry]) -> list[StoredStudy]:
    """Return the studies of a competition and task, by name; `entries` are those of the task on folds."""
    keys = {entry.run_key for entry in entries}
    return [study for study in load_studies(workspace) if _belongs(study, competition, task, keys)]


def _belongs(study: StoredStudy, competition: str, task: str, keys: set[str]) -> bool:
    if study.competition:
        return (study.competition, study.task) == (competition, task)
    return any(key in keys for trial in study.trials for key in trial.runs)
