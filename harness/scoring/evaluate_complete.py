"""Score rankings of all images as revisited and classic Oxford and Paris and Holidays do."""

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
from harness.data.tables.csv_table import quote
from harness.data.tables.id_index import IdIndex
from harness.data.tables.rows import read_id_index, read_rows
from harness.errors import DataError, SubmissionError
from metrics import (
    CompleteJudgement,
    Metric,
    NoPositives,
    RevisitedPrecision,
    TrapezoidAveragePrecision,
    intervals,
    judge_complete_codes,
)

METRICS: tuple[Metric, ...] = (TrapezoidAveragePrecision(), *(RevisitedPrecision(k) for k in (1, 5, 10)))


@dataclass(frozen=True, eq=False)
class CompleteEvaluation:
    """The judgement of complete rankings by each protocol: easy, medium and hard, or all."""

    judgements: dict[str, CompleteJudgement]

    @property
    def n_queries(self) -> int:
        """Return how many queries are asked; which of them count depends on the protocol."""
        return len(next(iter(self.judgements.values())).query_ids)

    @property
    def scores(self) -> dict[str, dict[str, float | None]]:
        """Return protocol -> metric -> score, None where no query counts."""
        return {
            name: {metric.name: _score(metric, judgement) for metric in METRICS}
            for name, judgement in self.judgements.items()
        }

    def intervals(self, seed: int = 0) -> dict[str, dict[str, tuple[float, float]]]:
        """Return protocol -> metric -> the 95 % interval of the score (low, high)."""
        return {name: intervals(METRICS, judgement, seed=seed) for name, judgement in self.judgements.items()}


def score_complete(path: Path, folder: Path) -> CompleteEvaluation | None:
    """Return the evaluation of a file `id,images` in which each row ranks the index; None without such a truth.

    Images that a row does not list count as ranked behind all others. Raises SubmissionError for an unknown or repeated
    query and an image listed twice.
    """
    found = find_complete_ground_truth(folder)
    if found is None:
        return None
    index = folder / "index.csv"
    images = read_id_index(index, "id") if index.exists() else IdIndex()
    truth = read_complete_ground_truth(found, images)
    rankings = _rankings(path, truth)
    lists = [rankings.get(query, np.zeros(0, np.int64)) for query in truth.query_ids]
    judgements = {name: _judged(truth, lists, *split) for name, split in truth.protocols.items()}
    return CompleteEvaluation(judgements)


def _rankings(path: Path, truth: CompleteGroundTruth) -> dict[str, np.ndarray]:
    """Return the numbers of the ranked images of each query; images that nobody knows become known."""
    queries, found = {*truth.query_ids}, {}
    try:
        for rows in read_rows(path, ["id", "images"]):
            column = rows["images"].compact()
            numbers, repeated = truth.images.add(column.words), column.repeated_words()
            for row, query in enumerate(rows["id"].as_strings().texts()):
                if query not in queries:
                    rows.reject(row, f"{quote(query)} is not a query of this competition (see test.csv)")
                if query in found:
                    rows.reject(row, f"{quote(query)} is answered twice; keep one answer")
                words = slice(int(column.begins[row]), int(column.stops[row]))
                listed = column.words[words].lengths > 0
                if (repeated[words] & listed).any():
                    rows.reject(row, "an image stands there a second time; rank each once")
                found[query] = numbers[words][listed]
    except DataError as error:
        raise SubmissionError(str(error)) from None
    return found


def _judged(truth: CompleteGroundTruth, rankings: list[np.ndarray], relevant: ImagesByQuery, ignored: ImagesByQuery) -> CompleteJudgement:
    wanted, left_out = (
        [np.array(sorted(lists.get(query, ())), np.int64) for query in truth.query_ids] for lists in (relevant, ignored)
    )
    try:
        return judge_complete_codes(truth.query_ids, rankings, wanted, left_out)
    except ValueError as error:
        raise DataError(f"the ground truth contradicts itself: {error}") from None


def _score(metric: Metric, judgement: CompleteJudgement) -> float | None:
    try:
        return metric.score(judgement)
    except NoPositives:
        return None
