"""Score an answer against the ground truth: every metric of the task, over all, public and private queries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.data.ground_truth import UNLISTABLE, GroundTruth, load_ground_truth
from harness.data.tables.id_index import IdIndex, find_positions
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError, SubmissionError
from harness.submissions.answer import MAX_SCORED_IDS, Answer, Ranking
from harness.submissions.read_write import inspect_file, submission_task
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import ValidationReport
from metrics import (
    Judgement,
    Metric,
    NoPositives,
    Task,
    judge_recognition_codes,
    judge_retrieval_codes,
    metrics_of,
)

PARTS = ("all", "public", "private")

Scores = dict[str, dict[str, float | None]]  # part -> metric -> score, None where no query of the part counts


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The scores of an answer and the value of each query under each metric."""

    task: Task
    scores: Scores
    query_ids: np.ndarray  # (n,) the queries that count
    per_query: dict[str, np.ndarray]  # metric -> (n,)
    judgement: Judgement  # of these queries
    usage: np.ndarray  # (n,) Public or Private


def score_file(path: Path, folder: Path, task: str | None = None) -> tuple[Evaluation, GroundTruth, ValidationReport]:
    """Return the scores of a submission file on a competition's folder; the task is known from its first line.

    Answers to queries that the ground truth ignores, or does not name, are not looked at. The report says all that is
    wrong with the file and leaves it readable.

    Raises SubmissionError for a file that cannot be read, and DataError where there is no ground truth for its task.
    """
    found = submission_task(path)
    if task not in (None, found):
        raise DataError(f"{path}: is a submission for {found}, not for {task}")
    known = ReferenceIds.from_folder(folder, found)
    truth = load_ground_truth(folder, found, known.images)
    if truth is None:
        raise DataError(f"{folder}: holds no ground truth for {found}, so nothing can be scored there")
    known.queries.add(StringColumn.from_texts(truth.query_ids))
    rows = known.restrict_to(truth.query_ids[truth.scored])
    _, inspection = inspect_file(path, known)
    if inspection.report.scorer_error:
        raise SubmissionError(inspection.report.scorer_error)
    judgement = _judged(truth, rows, inspection.positions, inspection.landmarks, inspection.confidences)
    return _evaluated(judgement, truth), _noted(truth, known), inspection.report


def _noted(truth: GroundTruth, known: ReferenceIds) -> GroundTruth:
    """Return the truth with notes on ids that the tables do not have."""
    unlisted = int((truth.relevant >= known.n_index).sum()) if known.n_index is not None else 0
    unasked = len(known.queries) - known.n_required if known.n_required else 0
    told = {"relevant images are not in index.csv": unlisted, "queries are not in test.csv": unasked}
    notes = tuple(f"ground truth: {count} {what}" for what, count in told.items() if count)
    return replace(truth, notes=truth.notes + notes)


def evaluate(answer: Answer, truth: GroundTruth) -> Evaluation:
    """Return the scores of an answer; a query of the truth that it does not mention counts as not answered.

    Raises DataError where no query counts.
    """
    rows = find_positions(truth.query_ids[truth.scored], answer.query_ids)
    none = np.zeros((0, MAX_SCORED_IDS), np.int32)
    if isinstance(answer, Ranking):
        return _evaluated(_judged(truth, rows, _numbered(answer, truth.images), none, none), truth)
    return _evaluated(_judged(truth, rows, none, answer.landmarks, answer.confidences), truth)


def _evaluated(judgement: Judgement, truth: GroundTruth) -> Evaluation:
    _require_positives(truth)
    metrics = metrics_of(truth.task)
    usage = truth.usage[truth.scored]
    parts = {"all": np.ones(len(usage), bool), "public": usage == "Public", "private": usage == "Private"}
    per_query = {metric.name: metric.per_query(judgement) for metric in metrics}
    scores = {
        part: {metric.name: _score(metric, judgement, per_query[metric.name], mask) for metric in metrics}
        for part, mask in parts.items()
    }
    return Evaluation(truth.task, scores, judgement.query_ids, per_query, judgement, usage)


def _require_positives(truth: GroundTruth) -> None:
    """Raise DataError where no answer could be right."""
    if not truth.scored.any():
        raise DataError("no query of the ground truth counts, so there is no score; see its Usage column")
    _, relevant, _ = _sought(truth)
    if truth.task == "retrieval" and not (relevant >= 0).any():
        raise DataError("no query of the ground truth counts that has an image to find, so there is no score")
    if truth.task == "recognition" and not len(relevant):
        raise DataError("no query of the ground truth counts that shows a landmark, so there is no score")


def _score(metric: Metric, judgement: Judgement, values: np.ndarray, mask: np.ndarray) -> float | None:
    try:
        return metric.score_of(values[mask]) if metric.independent else metric.score(judgement.select(mask))
    except NoPositives:
        return None


def _numbered(ranking: Ranking, images: IdIndex) -> np.ndarray:
    """Return the ranking `(n_queries, at most 100)` in the numbers of the vocabulary."""
    numbers = np.append(images.find(StringColumn.from_texts(ranking.index_ids)), UNLISTABLE)
    numbers[numbers < 0] = UNLISTABLE
    positions = ranking.positions[:, :MAX_SCORED_IDS]
    return np.where(positions < 0, -1, numbers[positions])


def _judged(
    truth: GroundTruth, rows: np.ndarray, listed: np.ndarray, landmarks: np.ndarray, confidences: np.ndarray
) -> Judgement:
    """Return the judgement of the queries that count; query i is answered in row `rows[i]`, in none if negative."""
    query_ids, relevant, offsets = _sought(truth)
    known = rows >= 0
    if truth.task == "retrieval":
        if not known.all() or listed.shape[1] != MAX_SCORED_IDS:
            listed = _with_gaps(listed, rows, known)
        elif not np.array_equal(rows, np.arange(len(listed))):
            listed = listed[rows]
        return judge_retrieval_codes(query_ids, listed, relevant, offsets)
    named, sure = np.zeros(len(rows), np.int64), np.full(len(rows), np.nan)
    named[known], sure[known] = landmarks[rows[known]], confidences[rows[known]]
    return judge_recognition_codes(query_ids, named, sure, ~np.isnan(sure), relevant, offsets)


def _sought(truth: GroundTruth) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the queries that count, in the order of the truth, and what is relevant to them with its offsets."""
    if truth.scored.all():
        return truth.query_ids, truth.relevant, truth.offsets
    counts = np.diff(truth.offsets)
    relevant = truth.relevant[np.repeat(truth.scored, counts)]
    return truth.query_ids[truth.scored], relevant, np.r_[0, np.cumsum(counts[truth.scored])]


def _with_gaps(listed: np.ndarray, rows: np.ndarray, known: np.ndarray) -> np.ndarray:
    rankings = np.full((len(rows), MAX_SCORED_IDS), -1, np.int32)
    rankings[known, : listed.shape[1]] = listed[rows[known]]
    return rankings
