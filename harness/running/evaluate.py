"""Score an answer against the ground truth: every metric of the task, over all, public and private queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.words import places
from harness.errors import DataError
from harness.submissions.files import read_submission, submission_task
from harness.submissions.submission import LENGTH, Answer, Labelling, Ranking
from metrics import (
    Judgement,
    NoPositives,
    RecognitionJudgement,
    RetrievalJudgement,
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


def score_file(path: Path, competition: Competition, task: str | None = None) -> tuple[Evaluation, GroundTruth]:
    """Return the scores of a submission file; the task is known from its header.

    Answers to queries that the ground truth ignores, or does not name, are not looked at.

    Raises SubmissionError for a file that cannot be read, and DataError where there is no ground truth for its task.
    """
    found = submission_task(path)
    if task not in (None, found):
        raise DataError(f"{path}: is a submission for {found}, not for {task}")
    truth = load_ground_truth(competition.folder, found)
    if truth is None:
        raise DataError(f"{competition.folder}: holds no ground truth for {found}, so nothing can be scored there")
    counting = truth.query_ids[truth.scored]
    skipped = {*truth.query_ids, *competition.queries.ids}.difference(counting)
    return evaluate(read_submission(path, counting, frozenset(skipped)), truth), truth


def evaluate(answer: Answer, truth: GroundTruth) -> Evaluation:
    """Return the scores of an answer; a query of the truth that it does not mention counts as not answered.

    Raises DataError where no query counts.
    """
    metrics = metrics_of(truth.task)
    judgement = _judged(answer, truth)
    usage = truth.usage[truth.scored]
    parts = {"all": np.ones(len(usage), bool), "public": usage == "Public", "private": usage == "Private"}
    scores = {part: _scores(truth.task, judgement.select(mask)) for part, mask in parts.items()}
    if scores["all"][metrics[0].name] is None:
        raise DataError("no query of the ground truth counts, so there is no score; see its Usage column")
    per_query = {metric.name: metric.per_query(judgement) for metric in metrics}
    return Evaluation(truth.task, scores, judgement.query_ids, per_query, judgement, usage)


def _scores(task: Task, judgement: Judgement) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for metric in metrics_of(task):
        try:
            found[metric.name] = metric.score(judgement)
        except NoPositives:
            found[metric.name] = None
    return found


def _judged(answer: Answer, truth: GroundTruth) -> Judgement:
    """Return the judgement of the queries that count, in the order of the truth."""
    lengths = np.diff(truth.offsets)
    tokens = truth.tokens[np.repeat(truth.scored, lengths)]
    offsets = np.r_[0, np.cumsum(lengths[truth.scored])]
    query_ids = truth.query_ids[truth.scored]
    place = places(query_ids, answer.query_ids)
    if isinstance(answer, Ranking):
        return _judged_ranking(answer, place, query_ids, tokens, offsets)
    return _judged_labelling(answer, place, query_ids, tokens, offsets)


def _judged_ranking(
    ranking: Ranking, place: np.ndarray, query_ids: np.ndarray, tokens: np.ndarray, offsets: np.ndarray
) -> RetrievalJudgement:
    codes = places(tokens, ranking.index_ids)
    unnamed = (codes < 0) | (tokens == "")  # nobody can list these, each another image
    codes[unnamed] = -2 - np.flatnonzero(unnamed)
    listed = np.full((len(place), LENGTH), -1, np.int32)
    width, known = min(LENGTH, ranking.positions.shape[1]), place >= 0
    listed[known, :width] = ranking.positions[place[known], :width]
    return judge_retrieval_codes(query_ids, listed, codes, offsets)


def _judged_labelling(
    labelling: Labelling, place: np.ndarray, query_ids: np.ndarray, tokens: np.ndarray, offsets: np.ndarray
) -> RecognitionJudgement:
    known = place >= 0
    landmarks, confidences = np.zeros(len(place), np.int64), np.full(len(place), np.nan)
    landmarks[known], confidences[known] = labelling.landmarks[place[known]], labelling.confidences[place[known]]
    return judge_recognition_codes(query_ids, landmarks, confidences, ~np.isnan(confidences), tokens, offsets)
