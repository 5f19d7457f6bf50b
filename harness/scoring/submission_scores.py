"""The scores of a submission file with their intervals."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.scoring.evaluate import score_file
from harness.scoring.stored_evaluation import score_intervals

MAX_QUERIES_FOR_INTERVALS = 20_000


class SubmissionScores(NamedTuple):
    """Scores and 95 % intervals by part and metric, and the faults of the file as JSON documents."""

    task: str
    n_queries: int
    scores: Mapping[str, Mapping[str, float | None]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    faults: list[Any]


def score_submission(
    path: Path, folder: Path, task: str | None = None, seed: int = 0, *, with_intervals: bool | None = None
) -> tuple[SubmissionScores, list[str]]:
    """Return the scores of a submission file on a competition's folder, and notes, each in one line.

    `with_intervals` None means up to 20,000 queries. Raises SubmissionError for a file that cannot be scored.
    """
    evaluation, truth, report = score_file(path, folder, task)
    count = len(evaluation.query_ids)
    notes = [*truth.notes, *report.summary_lines()]
    if with_intervals is None and count > MAX_QUERIES_FOR_INTERVALS:
        notes.append(f"no intervals above {MAX_QUERIES_FOR_INTERVALS} queries; --intervals computes them (slow)")
    wanted = count <= MAX_QUERIES_FOR_INTERVALS if with_intervals is None else with_intervals
    intervals = score_intervals(evaluation, seed=seed) if wanted else {}
    faults: Any = report.document()["faults"]
    return SubmissionScores(evaluation.task, count, evaluation.scores, intervals, faults), notes
