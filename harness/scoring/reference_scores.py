"""Reference scores of a board: published scores, trivial baselines and the sample submissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from harness.data.competition import Competition
from harness.errors import HarnessError
from harness.scoring.evaluate import score_file
from leaderboard import Entry
from leaderboard.order import PARTS
from leaderboard.references import ReferenceRow, baseline_references, published_references, reference_rows
from metrics import Task, metrics_of


def reference_board_rows(competition: Competition, task: Task, entries: Iterable[Entry]) -> list[ReferenceRow]:
    """Return the unranked reference rows of a task's board; those scored on its own images come first."""
    metric = metrics_of(task)[0].name
    baselines = baseline_references(entries, competition.name)
    published = published_references(metric)
    return reference_rows([*sample_submission_scores(competition, task), *baselines, *published])


def sample_submission_scores(competition: Competition, task: Task) -> list[ReferenceRow]:
    """Return the scores of the sample submissions in the folder, without those that cannot be scored."""
    metric, samples = metrics_of(task)[0].name, []
    for path in sorted(competition.folder.glob("*sample_submission*.csv")):
        state = path.stat()
        scores = _file_scores(path, competition.folder, task, competition.key, (state.st_size, state.st_mtime_ns))
        public, private, every = (scores.get(part, {}).get(metric) for part in PARTS)
        row = ReferenceRow("sample submission", public, private, every, path.name, competition.name, same=True)
        samples.append(row)
    return samples


@lru_cache(maxsize=64)  # keyed by the state of file and competition
def _file_scores(
    path: Path, folder: Path, task: Task, _key: str, _state: tuple[int, int]
) -> Mapping[str, Mapping[str, float | None]]:
    try:
        return score_file(path, folder, task)[0].scores
    except HarnessError:
        return {}
