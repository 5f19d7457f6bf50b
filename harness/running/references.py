"""What stands beside a competition's board without a rank: published scores, the floors, the sample submission."""

from __future__ import annotations

from collections.abc import Iterable

from harness.data.competition import Competition
from harness.errors import HarnessError
from harness.running.evaluate import score_file
from leaderboard import Entry
from leaderboard.references import Reference, ReferenceRow, floors, own, published, reference_rows
from metrics import Task, metrics_of


def references_beside(competition: Competition, task: Task, entries: Iterable[Entry]) -> list[ReferenceRow]:
    """Return the rows beside the board of a task, those on its own photographs first."""
    metric = metrics_of(task)[0].name
    return reference_rows(
        [*_samples(competition, task, metric), *floors(entries, competition.name), *published(metric)]
    )


def _samples(competition: Competition, task: Task, metric: str) -> list[Reference]:
    """Return the scores of the sample submissions in the folder; one that cannot be scored is left out."""
    found = []
    for path in sorted(competition.folder.glob("*sample_submission*.csv")):
        try:
            scores = score_file(path, competition.folder, task)[0].scores
        except HarnessError:
            continue
        of_metric = {part: scored[metric] for part, scored in scores.items()}
        found += own("sample submission", metric, of_metric, path.name, competition.name)
    return found
