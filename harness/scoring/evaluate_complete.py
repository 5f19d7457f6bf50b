"""Score rankings of the whole index by the protocols of (revisited) Oxford and Paris, and Holidays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.complete_ground_truth import (
    CompleteGroundTruth,
    ImagesByQuery,
    find_complete_ground_truth,
    read_complete_ground_truth,
)
from harness.data.tables.cells import quote
from harness.data.tables.csv_table import read_id_index, read_rows
from harness.data.tables.id_index import IdIndex
from harness.errors import DataError, SubmissionError
from metrics import COMPLETE_METRICS, CompleteJudgement, Metric, NoPositives, intervals, judge_complete_codes


@dataclass(frozen=True, eq=False)
class CompleteEvaluation:
    """The judgements of complete rankings, one for each protocol: easy, medium and hard, or all."""

    judgements: dict[str, CompleteJudgement]

    @property
    def n_queries(self) -> int:
        """Return the number of queries; the protocol decides which of them are scored."""
        return len(next(iter(self.judgements.values())).query_ids)

    @property
    def scores(self) -> dict[str, dict[str, float | None]]:
        """Return protocol -> metric -> score, None if the protocol scores no query."""
        return {
            name: {metric.name: _score(metric, judgement) for metric in COMPLETE_METRICS}
            for name, judgement in self.judgements.items()
        }

    def intervals(self, seed: int = 0) -> dict[str, dict[str, tuple[float, float]]]:
        """Return protocol -> metric -> the 95 % interval of the score (low, high)."""
        return {name: intervals(COMPLETE_METRICS, judgement, seed=seed) for name, judgement in self.judgements.items()}


def score_complete(path: Path, folder: Path) -> CompleteEvaluation | None:
    """Score a file `id,images` in which each row ranks the index; None if the folder has no complete ground truth.

    Images that a row does not list are ranked last. Raises SubmissionError for an unknown or repeated query, and for an
    image listed twice.
    """
    paths = find_complete_ground_truth(folder)
    if paths is None:
        return None
    index = folder / "index.csv"
    images = read_id_index(index, "id") if index.exists() else IdIndex()
    truth = read_complete_ground_truth(paths, images)
    rankings = _read_rankings(path, truth)
    lists = [rankings.get(query, np.zeros(0, np.int64)) for query in truth.query_ids]
    judgements = {name: _judge(truth, lists, *split) for name, split in truth.protocols.items()}
    return CompleteEvaluation(judgements)


def _read_rankings(path: Path, truth: CompleteGroundTruth) -> dict[str, np.ndarray]:
    """Return the numbers of the ranked images of each query; unknown images are added to the index of the truth."""
    queries, rankings = {*truth.query_ids}, {}
    try:
        for rows in read_rows(path, ["id", "images"]):
            column = rows["images"].compact()
            numbers, repeated = truth.images.add(column.words), column.repeated_words()
            for row, query in enumerate(rows["id"].as_strings().texts()):
                if query not in queries:
                    rows.reject(row, f"{quote(query)} is not a query of this competition (see test.csv)")
                if query in rankings:
                    rows.reject(row, f"{quote(query)} is answered twice; keep one answer")
                words = slice(int(column.begins[row]), int(column.stops[row]))
                listed = column.words[words].lengths > 0
                if (repeated[words] & listed).any():
                    rows.reject(row, "an image is listed twice; rank each image once")
                rankings[query] = numbers[words][listed]
    except DataError as error:
        raise SubmissionError(str(error)) from None
    return rankings


def _judge(
    truth: CompleteGroundTruth, rankings: list[np.ndarray], relevant: ImagesByQuery, ignored: ImagesByQuery
) -> CompleteJudgement:
    relevant_numbers, ignored_numbers = (
        [np.array(sorted(lists.get(query, ())), np.int64) for query in truth.query_ids] for lists in (relevant, ignored)
    )
    try:
        return judge_complete_codes(truth.query_ids, rankings, relevant_numbers, ignored_numbers)
    except ValueError as error:
        raise DataError(f"the ground truth contradicts itself: {error}") from None


def _score(metric: Metric, judgement: CompleteJudgement) -> float | None:
    try:
        return metric.score(judgement)
    except NoPositives:
        return None
