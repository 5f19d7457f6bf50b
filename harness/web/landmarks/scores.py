"""The scores of an entry by landmark, and what each landmark costs in the overall score."""

from dataclasses import dataclass

import numpy as np

from harness.scoring.stored_evaluation import QueryArrays, from_arrays, public_queries
from harness.web.data.answer_landmarks import NONE
from harness.web.data.query_landmarks import QueryLandmarks
from metrics import Metric, RecognitionJudgement


@dataclass(frozen=True, eq=False)
class LandmarkScores:
    """By landmark, in the order of its number, all `(n_landmarks,)`.

    `queries` is the number of scored ones, `scores` the mean AP or the recall (nan without queries), and `costs` by how
    much the overall score would rise if these queries were answered perfectly. `precision`, of recognition only, is the
    share of correct answers among those with the landmark (nan without answers).
    """

    queries: np.ndarray
    scores: np.ndarray
    costs: np.ndarray
    precision: np.ndarray | None = None


def retrieval_scores(landmarks: QueryLandmarks, metric: Metric, values: QueryArrays, part: str) -> LandmarkScores:
    """Return the mean of a metric in [0, 1] by landmark, on a part of the queries."""
    scores = values[metric.name]
    scored = ~np.isnan(scores) & part_mask(values, part)
    queries = landmarks.sums(scored.astype(float))
    total = landmarks.sums(np.where(scored, scores, 0.0))
    costs = landmarks.sums(np.where(scored, 1.0 - scores, 0.0)) / max(1, scored.sum())
    return LandmarkScores(queries, _ratio(total, queries), costs)


def recognition_scores(
    landmarks: QueryLandmarks,
    metric: Metric,
    query_ids: np.ndarray,
    values: QueryArrays,
    answered: np.ndarray,
    part: str,
) -> LandmarkScores:
    """Return recall and precision by landmark on a part; `answered` are the predicted landmarks `(n_queries,)`."""
    mask = part_mask(values, part)
    judgement = from_arrays(metric, query_ids, values, part)
    assert isinstance(judgement, RecognitionJudgement)
    correct, lost = np.zeros(len(mask)), np.zeros(len(mask))
    correct[mask] = judgement.correct
    lost[mask] = np.where(judgement.landmark, 1.0 - np.nan_to_num(metric.per_query(judgement)), 0.0)
    queries = landmarks.sums(mask.astype(float))
    costs = landmarks.sums(lost) / max(1, int(judgement.landmark.sum()))
    predicted = np.where(mask & (answered != NONE), answered, NONE)
    n_answers, n_correct = (_count(landmarks.ids, predicted[chosen]) for chosen in (mask, correct > 0))
    return LandmarkScores(queries, _ratio(landmarks.sums(correct), queries), costs, _ratio(n_correct, n_answers))


def part_mask(values: QueryArrays, part: str) -> np.ndarray:
    """Return the queries of a part `(n_queries,)`."""
    public = public_queries(values)
    return np.ones(len(public), bool) if part == "all" else np.asarray(public == (part == "public"))


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.where(denominator > 0, numerator / np.maximum(denominator, 1), np.nan)


def _count(ids: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return how often each id occurs among landmarks `(n_ids,)`."""
    if not len(ids):
        return np.zeros(0)
    positions = np.minimum(np.searchsorted(ids, landmarks), len(ids) - 1)
    return np.bincount(positions[ids[positions] == landmarks], minlength=len(ids)).astype(float)
