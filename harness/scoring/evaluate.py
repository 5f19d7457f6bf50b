"""Score an answer against the ground truth with every metric, on all, public and private queries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.data.ground_truth import UNLISTABLE, GroundTruth, load_ground_truth
from harness.data.ground_truth_match import CompetitionIds, match_ground_truth
from harness.data.tables.id_index import IdIndex, find_positions
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError, SubmissionError
from harness.scoring.evaluate_complete import judge_protocols, ranked_numbers
from harness.submissions.answer import Answer, Ranking
from harness.submissions.list_length import MAX_SCORED_IDS
from harness.submissions.read_write import inspect_file, submission_task
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import ValidationReport
from metrics import Judgement, Metric, NoPositives, Task, judge_recognition_codes, judge_retrieval_codes

PARTS = ("all", "public", "private")

Scores = dict[str, dict[str, float | None]]  # part -> metric -> score, None without a scored query in the part


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The scores of an answer, and the value of each metric for each scored query."""

    task: Task
    scores: Scores
    query_ids: np.ndarray  # (n,) the scored queries
    per_query: dict[str, np.ndarray]  # metric -> (n,)
    judgement: Judgement  # of these queries
    usage: np.ndarray  # (n,) Public or Private
    metrics: tuple[Metric, ...]  # the first ranks leaderboards


def score_file(path: Path, folder: Path, task: str | None = None) -> tuple[Evaluation, GroundTruth, ValidationReport]:
    """Score a submission file on a competition's folder; the header of the file tells the task.

    Returns the evaluation, the ground truth, and the faults that leave the file readable. Answers to queries that the
    ground truth ignores or lacks are skipped.

    Raises SubmissionError for an unreadable file and for a ranking that is cut where the whole index must be ranked,
    and DataError if there is no ground truth for its task.
    """
    file_task = submission_task(path)
    if task not in (None, file_task):
        raise DataError(f"{path}: is a submission for {file_task}, not for {task}")
    reference = ReferenceIds.from_folder(folder, file_task)
    ids = _competition_ids(reference)
    truth = load_ground_truth(folder, file_task, reference.images)
    if truth is None:
        raise DataError(f"{folder}: holds no ground truth for {file_task}, so nothing can be scored there")
    if truth.protocols is not None and reference.n_index is None:
        raise DataError(f"{folder}: holds no index.csv, which complete rankings are checked against")
    truth = match_ground_truth(folder, truth, ids)
    reference.queries.add(StringColumn.from_texts(truth.query_ids))
    rows = reference.restrict_to(truth.query_ids[truth.scored])
    _, inspection = inspect_file(path, reference)
    if inspection.report.scorer_error:
        raise SubmissionError(inspection.report.scorer_error)
    judgement = _judge(truth, rows, inspection.positions, inspection.landmarks, inspection.confidences)
    if truth.protocols is not None:
        truth = replace(truth, notes=(*truth.notes, *_unanswered_note(path, inspection.positions[rows])))
    return _evaluate(judgement, truth), truth, inspection.report


def _unanswered_note(path: Path, rankings: np.ndarray) -> list[str]:
    """Return a note on queries without a ranking, as every query of Oxford, Paris and Holidays should have one."""
    count = int((rankings == -1).all(axis=1).sum())
    return [f"{path}: {count} of {len(rankings)} queries have no ranking and score 0"] if count else []


def _competition_ids(reference: ReferenceIds) -> CompetitionIds:
    """Return the ids of a competition's tables, before those of a ground truth are added to them."""
    queries = reference.queries.texts().tolist() if reference.n_required else None
    index = None if reference.n_index is None else reference.images.texts()[: reference.n_index].tolist()
    return CompetitionIds(queries, index, None if reference.landmarks is None else reference.landmarks.tolist())


def evaluate(answer: Answer, truth: GroundTruth) -> Evaluation:
    """Return the evaluation of an answer, in which missing queries are unanswered; DataError if no query is scored."""
    rows = find_positions(truth.query_ids[truth.scored], answer.query_ids)
    none = np.zeros((0, MAX_SCORED_IDS), np.int32)
    if isinstance(answer, Ranking) and truth.protocols is not None:
        return _evaluate(judge_protocols(truth, rows, ranked_numbers(answer, truth)), truth)
    if isinstance(answer, Ranking):
        return _evaluate(_judge(truth, rows, _image_numbers(answer, truth.images), none, none), truth)
    return _evaluate(_judge(truth, rows, none, answer.landmarks, answer.confidences), truth)


def part_masks(usage: np.ndarray) -> dict[str, np.ndarray]:
    """Return part -> mask `(n,)` of its queries, from the `usage` of an evaluation."""
    return {"all": np.ones(len(usage), bool), "public": usage == "Public", "private": usage == "Private"}


def _evaluate(judgement: Judgement, truth: GroundTruth) -> Evaluation:
    _require_positives(truth)
    metrics, usage = truth.metrics, truth.usage[truth.scored]
    per_query = {metric.name: metric.per_query(judgement) for metric in metrics}
    scores = {
        part: {metric.name: _score(metric, judgement, per_query[metric.name], mask) for metric in metrics}
        for part, mask in part_masks(usage).items()
    }
    return Evaluation(truth.task, scores, judgement.query_ids, per_query, judgement, usage, metrics)


def _require_positives(truth: GroundTruth) -> None:
    """Raise DataError if no answer could be correct."""
    if not truth.scored.any():
        raise DataError("no query of the ground truth counts, so there is no score; see its Usage column")
    _, relevant, _ = _scored_queries(truth)
    if truth.task == "retrieval" and not (relevant >= 0).any():
        raise DataError("no query of the ground truth counts that has an image to find, so there is no score")
    if truth.task == "recognition" and not len(relevant):
        raise DataError("no query of the ground truth counts that shows a landmark, so there is no score")


def _score(metric: Metric, judgement: Judgement, values: np.ndarray, mask: np.ndarray) -> float | None:
    try:
        return metric.score_of(values[mask]) if metric.independent else metric.score(judgement.select(mask))
    except NoPositives:
        return None


def _image_numbers(ranking: Ranking, images: IdIndex) -> np.ndarray:
    """Return the ranking `(n_queries, <= 100)` as numbers of the id index; -1 for an empty place."""
    numbers = np.append(images.find(StringColumn.from_texts(ranking.index_ids)), UNLISTABLE)
    numbers[numbers < 0] = UNLISTABLE
    positions = ranking.positions[:, :MAX_SCORED_IDS]
    return np.where(positions < 0, -1, numbers[positions])


def _judge(
    truth: GroundTruth, rows: np.ndarray, listed: np.ndarray, landmarks: np.ndarray, confidences: np.ndarray
) -> Judgement:
    """Return the judgement of the scored queries; row `rows[i]` answers query i, none does if it is negative."""
    query_ids, relevant, offsets = _scored_queries(truth)
    if truth.protocols is not None:
        return judge_protocols(truth, rows, listed)
    answered = rows >= 0
    if truth.task == "retrieval":
        if not answered.all() or listed.shape[1] != MAX_SCORED_IDS:
            listed = _pad(listed, rows, answered)
        elif not np.array_equal(rows, np.arange(len(listed))):
            listed = listed[rows]
        return judge_retrieval_codes(query_ids, listed, relevant, offsets)
    labels, certainty = np.zeros(len(rows), np.int64), np.full(len(rows), np.nan)
    labels[answered], certainty[answered] = landmarks[rows[answered]], confidences[rows[answered]]
    return judge_recognition_codes(query_ids, labels, certainty, ~np.isnan(certainty), relevant, offsets)


def _scored_queries(truth: GroundTruth) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ids of the scored queries, their concatenated relevant items, and the offsets of these."""
    if truth.scored.all():
        return truth.query_ids, truth.relevant, truth.offsets
    counts = np.diff(truth.offsets)
    relevant = truth.relevant[np.repeat(truth.scored, counts)]
    return truth.query_ids[truth.scored], relevant, np.r_[0, np.cumsum(counts[truth.scored])]


def _pad(listed: np.ndarray, rows: np.ndarray, answered: np.ndarray) -> np.ndarray:
    rankings = np.full((len(rows), MAX_SCORED_IDS), -1, np.int32)
    rankings[answered, : listed.shape[1]] = listed[rows[answered]]
    return rankings
