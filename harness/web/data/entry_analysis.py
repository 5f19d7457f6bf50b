"""The results of an entry query by query: sorted by score, and with the answer to each query."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np

from harness.data.query_sample import is_fold
from harness.scoring.reported_metric import ranking_metric
from harness.scoring.stored_evaluation import QueryArrays, from_arrays
from harness.web.data.answer_index import SubmissionIndex
from harness.web.data.answer_landmarks import NONE, answered_landmarks, parse_landmark, wrong_landmarks
from harness.web.data.local_matches import match_address
from harness.web.data.photos import CompetitionPhotos
from harness.web.data.query_answer import JudgedPhoto, LandmarkLabel, QueryAnswer
from harness.web.data.query_hits import FIRST_HIT, RECALL, hit_facts
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.data.query_truth import QueryTruth
from harness.web.lru import LruCache
from leaderboard import Entry
from metrics import Metric, RecognitionJudgement, Task, metrics_of
from metrics.curves import gap_costs, precision_by_confidence

MAX_LISTED, MAX_MISSED = 100, 60  # images on a page


@dataclass(frozen=True, eq=False)
class EntryAnalysis(ABC):
    """An entry with ground truth, submission, photos and stored values `(n_queries,)` by name."""

    entry: Entry
    truth: QueryTruth
    submission: SubmissionIndex
    photos: CompetitionPhotos
    values: QueryArrays
    landmarks: QueryLandmarks | None = None

    @property
    def parts(self) -> tuple[str, str]:
        """Return the image parts of the queries and of the answers."""
        return ("train", "train") if is_fold(self.entry.split) else ("test", "index")

    @property
    def metric(self) -> Metric:
        """Return the metric that ranks the entry."""
        return ranking_metric([self.entry], self.truth.task)

    @property
    @abstractmethod
    def gains(self) -> np.ndarray:
        """Return the contribution of each query to the score `(n_queries,)`; NaN if it is not scored."""

    @abstractmethod
    def answer(self, row: int, limit: int | None = None) -> QueryAnswer:
        """Return the answer to a query, with at most `limit` images."""

    @cached_property
    def answered_landmarks(self) -> np.ndarray:
        """Return the landmarks of the first answers `(n_queries, n)`, -1 for none; n is 0 if none are known."""
        if self.landmarks is None:
            return np.zeros((len(self.truth.query_ids), 0), np.int64)
        return answered_landmarks(self.truth.task, self.submission, self.truth, self.landmarks)

    @cached_property
    def wrong_landmarks(self) -> np.ndarray:
        """Return the landmarks of wrong answers `(n_queries, n)`, -1 for others; n is 0 if none are known."""
        answered = self.answered_landmarks
        return answered if self.landmarks is None else wrong_landmarks(answered, self.landmarks)

    def shows(self, row: int) -> list[LandmarkLabel]:
        """Return the landmarks that a query shows, as far as they are known, each with some train photos."""
        return [
            LandmarkLabel(landmark, self.photos.name(landmark), "right", None, self.photos.of_landmark(landmark))
            for landmark in (self.landmarks.of(row) if self.landmarks else ())
        ]

    def names(self, row: int) -> list[tuple[int, str]]:
        """Return the landmarks that a query shows, as far as they are known, with their readable names."""
        return [
            (landmark, self.photos.name(landmark)) for landmark in (self.landmarks.of(row) if self.landmarks else ())
        ]

    def order(self, sort: str, other: "EntryAnalysis | None", part: str) -> np.ndarray:
        """Return the rows of a part's queries sorted by "worst", "best" or "difference" to another entry."""
        compared = other if sort == "difference" else None
        key = (sort, compared and compared.entry.id, part)
        return self._orders.get(key, lambda: self._sort(sort, compared, part))

    @cached_property
    def _orders(self) -> LruCache[np.ndarray]:
        return LruCache(4)

    def _sort(self, sort: str, other: "EntryAnalysis | None", part: str) -> np.ndarray:
        gains = self.gains
        rows = np.flatnonzero(~np.isnan(gains) & ((part == "all") | (self.truth.usage == part.title())))
        keys = gains[rows] if other is None else np.abs(gains - other.gains)[rows]
        keys = keys if sort == "worst" else -keys
        return rows[np.lexsort((-self.truth.n_relevant[rows], keys))]

    def photo_id(self, row: int) -> str:
        """Return the id of a query."""
        return str(self.truth.query_ids[row])


class RankingAnalysis(EntryAnalysis):
    """Analysis of an entry that ranks index images (retrieval)."""

    @property
    def gains(self) -> np.ndarray:
        """Return the average precision of each query."""
        return self.values[self.metric.name]

    def answer(self, row: int, limit: int | None = None) -> QueryAnswer:
        """Return the first 100 of the ranking; without a limit, also the relevant images below or without a rank."""
        listed, relevant, first = self.submission.tokens(row), self.truth.relevant_images(row), self.ranks(row)
        value = float(self.gains[row])
        return QueryAnswer(
            self.entry.id or 0,
            self.entry.identity,
            None if isnan(value) else value,
            hit_facts(relevant, first) if listed else ["no answer"],
            self._judged(row, listed[: limit or MAX_LISTED], set(relevant), first),
            self._missed(relevant, first) if limit is None else [],
            hits=[rank for rank in sorted(first[image] for image in relevant if image in first) if rank <= MAX_LISTED],
            first_hit=self._first_hit(row, relevant, first, limit or MAX_LISTED),
        )

    def _first_hit(self, row: int, relevant: list[str], first: dict[str, int], limit: int) -> JudgedPhoto | None:
        """Return the first hit if its rank is below those that are listed."""
        rank, image = min(((first[image], image) for image in relevant if image in first), default=(0, ""))
        if rank <= limit:
            return None
        return JudgedPhoto(self.photos.photo(self.parts[1], image), "right", rank, self._matches(row, image))

    def ranks(self, row: int) -> dict[str, int]:
        """Return image id -> rank of each image that a query's answer lists."""
        return {image: rank for rank, image in reversed([*enumerate(self.submission.tokens(row), 1)])}

    def expected(self, row: int, limit: int) -> list[JudgedPhoto]:
        """Return some relevant images, the missed ones first, then those with the highest rank numbers."""
        first = self.ranks(row)
        relevant = sorted(self.truth.relevant_images(row), key=lambda image: -first.get(image, 10**9))[:limit]
        ranks = [(image, first.get(image)) for image in relevant]
        return [
            JudgedPhoto(self.photos.photo(self.parts[1], image), "missed" if (rank or 101) > 100 else "right", rank)
            for image, rank in ranks
        ]

    def _missed(self, relevant: list[str], first: dict[str, int]) -> list[JudgedPhoto]:
        """Return relevant images that are not among the listed ones, with their rank in a complete ranking."""
        missed = [image for image in relevant if first.get(image, MAX_LISTED + 1) > MAX_LISTED]
        photo = self.photos.photo
        return [JudgedPhoto(photo(self.parts[1], image), "missed", first.get(image)) for image in missed[:MAX_MISSED]]

    def _judged(self, row: int, listed: list[str], relevant: set[str], first: dict[str, int]) -> list[JudgedPhoto]:
        ignored = self.truth.ignored_images(row)
        query_file = self.photos.file(self.parts[0], self.photo_id(row))
        return [
            JudgedPhoto(
                self.photos.photo(self.parts[1], image),
                "ignored" if first[image] != rank or image in ignored else "right" if image in relevant else "wrong",
                rank,
                "" if query_file is None else self._matches(row, image),
            )
            for rank, image in enumerate(listed, 1)
        ]

    def _matches(self, row: int, image: str) -> str:
        """Return the address of the local matches of a query and an image; empty if the image's file is missing."""
        address = match_address(self.entry, self.photo_id(row), image)
        return address if address and self.photos.file(self.parts[1], image) else ""


class LabellingAnalysis(EntryAnalysis):
    """Analysis of an entry that predicts landmarks (recognition)."""

    @cached_property
    def judgement(self) -> RecognitionJudgement:
        """Return the per-query results that GAP is computed from."""
        judgement = from_arrays(metrics_of("recognition")[0], self.truth.query_ids, self.values)
        assert isinstance(judgement, RecognitionJudgement)
        return judgement

    @cached_property
    def costs(self) -> np.ndarray:
        """Return the GAP that each wrong answer costs `(n_queries,)`."""
        return gap_costs(self.judgement)

    @cached_property
    def gains(self) -> np.ndarray:
        """Return the GAP that each correct answer adds, or minus that which a wrong one costs."""
        added = np.nan_to_num(self.values["gap"]) / max(1, int(self.judgement.landmark.sum()))
        return np.asarray(np.where(self.costs > 0, -self.costs, added))

    @cached_property
    def precision_at_rank(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the answers, most confident first, and the precision at each rank."""
        return precision_by_confidence(self.judgement)[:2]

    @cached_property
    def _ranks(self) -> np.ndarray:
        order = self.precision_at_rank[0]
        ranks = np.zeros(len(self.truth.query_ids), np.int64)
        ranks[order] = np.arange(1, len(order) + 1)
        return ranks

    def answer(self, row: int, limit: int | None = None) -> QueryAnswer:
        """Return the predicted landmark and its rank by confidence."""
        del limit
        tokens = self.submission.tokens(row) if self.judgement.answered[row] else []
        landmark = parse_landmark(tokens[0]) if tokens else NONE
        label = None if landmark == NONE else self._prediction(row, landmark)
        value = self.values["gap"][row]
        score = None if np.isnan(value) else float(value)
        return QueryAnswer(self.entry.id or 0, self.entry.identity, score, self._facts(row), label=label)

    def _prediction(self, row: int, landmark: int) -> LandmarkLabel:
        name, photos = self.photos.name(landmark), self.photos.of_landmark(landmark)
        confidence = float(self.judgement.confidence[row])
        return LandmarkLabel(landmark, name, "right" if self.judgement.correct[row] else "wrong", confidence, photos)

    def _facts(self, row: int) -> list[str]:
        if not self.judgement.answered[row]:
            return ["no answer"]
        rank, order = int(self._ranks[row]), self.precision_at_rank[0]
        mark, gain = "correct" if self.judgement.correct[row] else "wrong", float(self.gains[row])
        change = f"adds {gain:.5f} to GAP" if gain > 0 else f"costs {-gain:.5f} of GAP"
        return [mark, f"rank {rank} of {len(order)} by confidence", *([change] if gain else [])]


ANALYSES: dict[str, type[EntryAnalysis]] = {"retrieval": RankingAnalysis, "recognition": LabellingAnalysis}


def required_values(entry: Entry, task: Task) -> list[str]:
    """Return the names of the per-query arrays that the analysis of an entry reads, as far as they are stored."""
    if task == "retrieval":
        return [ranking_metric([entry], task).name, FIRST_HIT, RECALL]
    return ["gap", ".landmark", ".answered", ".correct", ".confidence"]
