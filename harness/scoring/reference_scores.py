"""Reference scores of a board: published scores, trivial baselines and the sample submissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from harness.data.competition import Competition
from harness.data.ground_truth_files import find_ground_truth
from harness.errors import HarnessError
from harness.scoring.evaluate import score_file
from leaderboard import Entry
from leaderboard.order import PARTS
from leaderboard.references import ReferenceRow, baseline_references, published_references, reference_rows
from metrics import Task

_V2_1 = "Google Landmarks v2.1 (2019 scored again)"  # the `of` of published scores
_V2_1_QUERIES, _V2_1_INDEX = 117_577, 761_757  # images; source: github.com/cvdfoundation/google-landmark


def reference_board_rows(
    competition: Competition, task: Task, entries: Iterable[Entry], *, every: bool = False
) -> list[ReferenceRow]:
    """Return the unranked reference rows of a task's board: those scored on its own images, or with `every` all.

    The others are published scores on other photographs, which are not comparable; they come last.
    """
    baselines = baseline_references(entries, competition.name)
    published = published_rows(competition, task)
    samples = sample_submission_scores(competition, task)
    return reference_rows([*samples, *baselines, *(row for row in published if every or row.same)])


def published_rows(competition: Competition, task: Task) -> list[ReferenceRow]:
    """Return the published scores by the ranking metric of a task; `same` if the competition is the one they are of."""
    own = published_collection(competition, task)
    rows = published_references(competition.metrics(task)[0].name)
    return [replace(row, same=row.of == own) for row in rows]


def published_collection(competition: Competition, task: Task) -> str | None:
    """Return the name of the published competition that has these photographs and this ground truth; None if unknown.

    Google Landmarks v2.1 is known by the name of its ground truth and the number of its images. The photographs of
    2018, and the ground truth of other years, were not published.
    """
    truth = find_ground_truth(competition.folder).get(task)
    sizes = len(competition.queries), len(competition.index)
    is_v2_1 = truth is not None and "v2.1" in truth.name and sizes[0] == _V2_1_QUERIES
    return _V2_1 if is_v2_1 and (task == "recognition" or sizes[1] == _V2_1_INDEX) else None


def sample_submission_scores(competition: Competition, task: Task) -> list[ReferenceRow]:
    """Return the scores of the sample submissions in the folder, without those that cannot be scored."""
    metric, samples = competition.metrics(task)[0].name, []
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
