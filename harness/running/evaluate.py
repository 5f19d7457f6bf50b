"""Score an answer against the ground truth: every metric of the task, over all, public and private queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.errors import DataError
from harness.submissions.files import read_submission, submission_task
from harness.submissions.submission import LENGTH, Answer, Labelling, Ranking
from metrics import (
    Judgement,
    NoPositives,
    RecognitionJudgement,
    RetrievalJudgement,
    judge_recognition_codes,
    judge_retrieval_codes,
    metrics_of,
)

PARTS = ("all", "public", "private")

Scores = dict[str, dict[str, float | None]]  # part -> metric -> score, None where no query of the part counts


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The scores of an answer and the value of each query under each metric."""

    task: str
    scores: Scores
    query_ids: np.ndarray  # (n,) the queries that count
    per_query: dict[str, np.ndarray]  # metric -> (n,)


def score_file(path: Path, competition: Competition, task: str | None = None) -> tuple[Evaluation, GroundTruth]:
    """Return the scores of a submission file; the task is known from its header.

    Raises SubmissionError for a file that cannot be read, and DataError where there is no ground truth for its task.
    """
    found = submission_task(path)
    if task not in (None, found):
        raise DataError(f"{path}: is a submission for {found}, not for {task}")
    truth = load_ground_truth(competition.folder, found)
    if truth is None:
        raise DataError(f"{competition.folder}: holds no ground truth for {found}, so nothing can be scored there")
    ignored = frozenset(truth.query_ids[~truth.scored])
    return evaluate(read_submission(path, truth.query_ids[truth.scored], ignored), truth), truth


def evaluate(answer: Answer, truth: GroundTruth) -> Evaluation:
    """Return the scores of an answer; a query of the truth that it does not mention counts as not answered."""
    judgement, usage = _judged(answer, truth)
    parts = {"all": np.ones(len(usage), bool), "public": usage == "Public", "private": usage == "Private"}
    scores = {part: _scores(truth.task, judgement.select(mask)) for part, mask in parts.items()}
    if not any(value is not None for value in scores["all"].values()):
        raise DataError("no query of the ground truth counts, so no score is defined; see its Usage column")
    per_query = {metric.name: metric.per_query(judgement) for metric in metrics_of(truth.task)}
    return Evaluation(truth.task, scores, judgement.query_ids, per_query)


def _scores(task: str, judgement: Judgement) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for metric in metrics_of(task):
        try:
            found[metric.name] = metric.score(judgement)
        except NoPositives:
            found[metric.name] = None
    return found


def _judged(answer: Answer, truth: GroundTruth) -> tuple[Judgement, np.ndarray]:
    """Return the judgement of the queries that count, in the order of the truth, and their usage."""
    import pandas as pd

    lengths = np.diff(truth.offsets)
    tokens = truth.tokens[np.repeat(truth.scored, lengths)]
    offsets = np.r_[0, np.cumsum(lengths[truth.scored])]
    query_ids = truth.query_ids[truth.scored]
    place = pd.Index(answer.query_ids, dtype=object).get_indexer(pd.Index(query_ids, dtype=object))
    judge = _judged_ranking if isinstance(answer, Ranking) else _judged_labelling
    return judge(answer, place, query_ids, tokens, offsets), truth.usage[truth.scored]


def _judged_ranking(
    ranking: Ranking, place: np.ndarray, query_ids: np.ndarray, tokens: np.ndarray, offsets: np.ndarray
) -> RetrievalJudgement:
    import pandas as pd

    codes = np.asarray(pd.Index(ranking.index_ids, dtype=object).get_indexer(pd.Index(tokens, dtype=object)))
    codes = np.where(codes < 0, -2 - np.arange(len(codes)), codes)  # what no list can name, each another image
    listed = np.full((len(place), LENGTH), -1, np.int32)
    width = min(LENGTH, ranking.positions.shape[1])
    listed[:, :width] = np.where((place < 0)[:, None], -1, ranking.positions[place, :width])
    return judge_retrieval_codes(query_ids, listed, codes, offsets)


def _judged_labelling(
    labelling: Labelling, place: np.ndarray, query_ids: np.ndarray, tokens: np.ndarray, offsets: np.ndarray
) -> RecognitionJudgement:
    answered = (place >= 0) & labelling.answered[place]
    return judge_recognition_codes(
        query_ids, labelling.landmarks[place], labelling.confidences[place], answered, tokens, offsets
    )
