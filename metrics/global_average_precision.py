"""Global average precision, as the Google Landmark Recognition challenges define it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.base import (
    ExchangeDifference,
    Floats,
    Masks,
    NonDecomposableMetric,
    PartScores,
    RecognitionMetric,
    WeightedScore,
)
from metrics.judgement import RecognitionJudgement


@dataclass(frozen=True, repr=False)
class GlobalAveragePrecision(RecognitionMetric, NonDecomposableMetric):
    """Average precision of all answers in one list, the most confident first, in [0, 1].

        GAP = 1 / M · Σ_i P(i) · rel(i)

    M is the number of queries that show a landmark, answered or not; rel(i) is 1 if the answer at rank i is right, and
    P(i) the right answers up to rank i divided by i. Equal confidences stand in ascending order of query id. An answer
    to a query that shows no landmark is wrong, or left out of the list if `ignore_non_landmark` (never in a challenge).
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_recognition
    >>> labellings = {"q1": (7, 0.9), "q3": (7, 0.7), "q2": (9, 0.5), "q4": (5, 0.5)}
    >>> judgement = judge_recognition(labellings, {"q1": {7}, "q2": {7, 9}, "q3": set(), "q4": {3}})
    >>> round(GlobalAveragePrecision().score(judgement), 6)
    0.555556
    """

    position = 0
    selectable = ({"ignore_non_landmark": True},)
    uses_confidence = True

    ignore_non_landmark: bool = False

    @property
    def name(self) -> str:
        return "gap_landmarks_only" if self.ignore_non_landmark else "gap"

    def per_query(self, judgement: RecognitionJudgement) -> Floats:
        """(n_queries,) what each query's answer adds to the sum, P(i) · rel(i); nan where it shows no landmark.

        Their mean is GAP, but P(i) depends on the other answers: the mean of some of these values is not the GAP of
        those queries. To resample, select from the judgement and score again.
        """
        order = self.ranked_rows(judgement)
        right = judgement.correct[order]
        precision = np.cumsum(right) / np.arange(1, len(order) + 1)
        values = np.where(judgement.landmark, 0.0, np.nan)
        values[order[right]] = precision[right]
        return values

    def reference_score(self, truth: Mapping[str, Any], answers: Mapping[str, Any]) -> float:
        right, rank, total = 0, 0, 0.0
        for query, (landmark, _) in sorted(answers.items(), key=lambda answer: (-answer[1][1], answer[0])):
            if self.ignore_non_landmark and not truth[query]:
                continue
            rank += 1
            if landmark in truth[query]:
                right += 1
                total += right / rank
        return total / len([query for query, landmarks in truth.items() if landmarks])

    def ranked_rows(self, judgement: RecognitionJudgement) -> NDArray[np.intp]:
        """The rows of the answers that are ranked: by descending confidence, then by ascending query id."""
        ranked = judgement.answered & judgement.landmark if self.ignore_non_landmark else judgement.answered
        rows = np.flatnonzero(ranked)
        doubt = -judgement.confidence[rows]
        order = np.argsort(doubt, kind="stable")
        if (np.diff(doubt[order]) == 0).any():  # ids are compared only if they decide
            order = np.lexsort((judgement.query_ids[rows].astype(str), doubt))
        return rows[order]

    def weighted_score(self, judgement: RecognitionJudgement) -> WeightedScore:
        """Copies of a query have its id, so they stand together.

        The precision at rank r, where an answer is right and w before it are wrong, is 1 - w / r. Over the copies of
        an answer, whose ranks follow one another, the 1 / r add up to the difference of two harmonic numbers.
        """
        order = self.ranked_rows(judgement)
        right = np.flatnonzero(judgement.correct[order])
        landmark = np.flatnonzero(judgement.landmark)
        harmonic = np.append(0.0, (1 / np.arange(1, len(judgement.query_ids) + 1)).cumsum())

        def score(counts: NDArray[np.int64]) -> float:
            ranked = counts[order]
            rights = ranked[right]
            last = ranked.cumsum()[right]
            wrong = last - rights.cumsum()
            precisions = rights - wrong * (harmonic[last] - harmonic[last - rights])
            total = counts[landmark].sum()
            return float(precisions.sum() / total) if total else np.nan

        return score

    def leave_one_out_scores(self, judgement: RecognitionJudgement) -> Floats:
        """Every query counts. Without the answer at a rank, those below it move up by one.

        Below a wrong answer that is left out the precisions c / r become c / (r - 1), below a right one
        (c - 1) / (r - 1).
        """
        order = self.ranked_rows(judgement)
        right = judgement.correct[order]
        ranks, rights = np.arange(1.0, len(order) + 1), right.cumsum()
        precisions = right * rights / ranks
        moved = right / np.maximum(ranks - 1, 1)
        sums = np.full(len(judgement.query_ids), precisions.sum())
        sums[order] = precisions.cumsum() - precisions + _sum_below(moved * rights) - right * _sum_below(moved)
        n_landmark = np.count_nonzero(judgement.landmark) - judgement.landmark
        return np.where(n_landmark > 0, sums / np.maximum(n_landmark, 1), np.nan)

    def exchange_difference(self, a: RecognitionJudgement, b: RecognitionJudgement) -> ExchangeDifference:
        """An exchanged answer keeps its rank, because confidences of two solutions are on different scales.

        All answers of both are sorted once, by rank, then by id; of each query one is in the one list, one in the
        other.
        """
        if not np.array_equal(a.landmark, b.landmark):
            raise ValueError("the two were judged by different ground truths")
        rows_a, rows_b = self.ranked_rows(a), self.ranked_rows(b)
        rows = np.concatenate([rows_a, rows_b])
        order = np.lexsort((a.query_ids[rows], np.concatenate([np.arange(len(rows_a)), np.arange(len(rows_b))])))
        rows, is_b = rows[order], order >= len(rows_a)
        wrong = ~np.where(is_b, b.correct[rows], a.correct[rows])
        right = np.flatnonzero(~wrong)
        wrong_before, nth_any = wrong.cumsum()[right], np.arange(1, len(right) + 1)
        n_landmark = np.count_nonzero(a.landmark)

        def difference(exchanged: Masks) -> float:
            in_b = exchanged[rows] ^ is_b
            wrong_in_b, right_in_b = (in_b & wrong).cumsum()[right], in_b[right]
            nth_in_b = right_in_b.cumsum()
            nth = np.where(right_in_b, nth_in_b, nth_any - nth_in_b)
            precision = nth / (nth + np.where(right_in_b, wrong_in_b, wrong_before - wrong_in_b))
            return float((precision * np.where(right_in_b, -1, 1)).sum() / n_landmark)

        return difference

    def part_scores(self, answers: Sequence[RecognitionJudgement]) -> PartScores:
        """The answers of each part are ranked among themselves, so the precisions are computed for every draw."""
        from metrics.kernels import precision_sums

        orders = [self.ranked_rows(answer) for answer in answers]
        rights = [answer.correct[order] for answer, order in zip(answers, orders, strict=True)]
        landmark = np.stack([answer.landmark for answer in answers], axis=1).astype(np.float64)
        totals = landmark.sum(axis=0)

        def scores(masks: Masks) -> Floats:
            public = np.ascontiguousarray(masks.T).view(np.uint8)
            sums = np.zeros((len(answers), 2, len(masks)))
            for order, right, own in zip(orders, rights, sums, strict=True):
                precision_sums(order, right, public, own)
            n = np.round(masks.astype(np.float64) @ landmark)
            n = np.stack([n, totals - n], axis=1)
            return np.where(n > 0, sums.transpose(2, 1, 0) / np.maximum(n, 1), np.nan)

        return scores


def _sum_below(values: Floats) -> Floats:
    """The sum of all values after each."""
    return np.asarray(values.sum() - values.cumsum())
