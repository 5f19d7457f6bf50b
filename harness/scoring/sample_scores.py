"""What stands beside a competition's board without a rank: published scores, the floors, the sample submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from harness.data.competition import Competition
from harness.errors import HarnessError
from harness.scoring.evaluate import score_file
from leaderboard import Entry
from leaderboard.references import Reference, ReferenceRow, baseline_references, references_by_part, published_references, reference_rows
from metrics import Task, metrics_of


def reference_board_rows(competition: Competition, task: Task, entries: Iterable[Entry]) -> list[ReferenceRow]:
    """Return the rows beside the board of a task, those on its own photographs first."""
    metric = metrics_of(task)[0].name
    return reference_rows([*sample_submission_scores(competition, task), *baseline_references(entries, competition.name), *published_references(metric)])


def sample_submission_scores(competition: Competition, task: Task) -> list[Reference]:
    """Return the scores of the sample submissions in the folder; one that cannot be scored is left out."""
    metric, found = metrics_of(task)[0].name, []
    for path in sorted(competition.folder.glob("*sample_submission*.csv")):
        state = path.stat()
        scores = _scored(path, competition.folder, task, competition.key, (state.st_size, state.st_mtime_ns))
        of_metric = {part: scored[metric] for part, scored in scores.items()}
        found += references_by_part("sample submission", metric, of_metric, path.name, competition.name)
    return found


@lru_cache(maxsize=64)  # as long as file and competition are what they were
def _scored(
    path: Path, folder: Path, task: Task, _key: str, _state: tuple[int, int]
) -> Mapping[str, Mapping[str, float | None]]:
    try:
        return score_file(path, folder, task)[0].scores
    except HarnessError:
        return {}
