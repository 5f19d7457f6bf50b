"""What an entry got, query by query: in any order, and with its answers to each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.data.split import TEST
from harness.scoring.stored_evaluation import Values, rebuilt
from harness.web.explorer.answer_index import Answers
from harness.web.explorer.page import Answered, Label, Shown
from harness.web.explorer.photos import Photos
from harness.web.explorer.query_truth import Truth
from harness.web.lru import Latest
from leaderboard import Entry
from metrics import GlobalAveragePrecision, RecognitionJudgement, metrics_of
from metrics.gap_costs import costs, precisions

MOST_MISSED = 60  # shown

Matches = Callable[[Entry, str, str], str]  # entry, query, image -> address of the drawn matches, empty for none


@dataclass(frozen=True, eq=False)
class Study(ABC):
    """An entry with its truth, where its answers lie, and what was kept of it `(n_queries,)` by name."""

    entry: Entry
    truth: Truth
    answers: Answers
    photos: Photos
    values: Values
    matches: Matches

    @property
    def parts(self) -> tuple[str, str]:
        """Return the parts that queries and answers are images of."""
        return ("test", "index") if self.entry.split == TEST else ("train", "train")

    @property
    @abstractmethod
    def gains(self) -> np.ndarray:
        """Return what each query gained by its answer `(n_queries,)`; NaN where it does not count."""

    @abstractmethod
    def answered(self, row: int, few: int | None = None) -> Answered:
        """Return the answer to a query, or only so many images of it."""

    def shows(self, row: int) -> list[Label]:
        """Return the landmarks that a query shows, where the task is to name them."""
        del row
        return []

    def order(self, sort: str, other: Study | None, part: str) -> np.ndarray:
        """Return the rows of a part's queries: the worst, the best or those that differ most from another first."""
        beside = other if sort == "difference" else None
        key = (sort, beside and beside.entry.id, part)
        return self._orders.get(key, lambda: self._ordered(sort, beside, part))

    @cached_property
    def _orders(self) -> Latest[np.ndarray]:
        return Latest(4)

    def _ordered(self, sort: str, other: Study | None, part: str) -> np.ndarray:
        gains = self.gains
        rows = np.flatnonzero(~np.isnan(gains) & ((part == "all") | (self.truth.usage == part.title())))
        keys = gains[rows] if other is None else np.abs(gains - other.gains)[rows]
        keys = keys if sort == "worst" else -keys
        return rows[np.lexsort((-self.truth.n_relevant[rows], keys))]

    def photo_id(self, row: int) -> str:
        """Return the id of a query."""
        return str(self.truth.query_ids[row])


class RankingStudy(Study):
    """An entry that ranks images."""

    @property
    def gains(self) -> np.ndarray:
        """Return the average precision of each query."""
        return self.values[metrics_of("retrieval")[0].name]

    def answered(self, row: int, few: int | None = None) -> Answered:
        """Return the ranking, and what it misses."""
        listed, relevant = self.answers.words(row)[:100], self.truth.relevant_images(row)
        wanted, first = set(relevant), {image: rank for rank, image in reversed([*enumerate(listed, 1)])}
        drawn = few is None and self.photos.file(self.parts[0], self.photo_id(row)) is not None
        shown = [
            Shown(
                self.photos.photo(self.parts[1], image),
                "ignored" if first[image] != rank else "right" if image in wanted else "wrong",
                rank,
                self._drawn(row, image) if drawn else "",
            )
            for rank, image in enumerate(listed[:few], 1)
        ]
        missed = [image for image in relevant if image not in first] if few is None else []
        hits = [first[image] for image in wanted if image in first]
        says = [f"{len(hits)} of {len(relevant)} found", *([f"first at rank {min(hits)}"] if hits else [])]
        return Answered(
            self.entry.id or 0,
            self.entry.identity,
            float(self.gains[row]),
            says if listed else ["no answer"],
            shown,
            [Shown(self.photos.photo(self.parts[1], image), "missed") for image in missed[:MOST_MISSED]],
        )

    def _drawn(self, row: int, image: str) -> str:
        """Return where the matches of a query and an image are drawn, empty where the image's photograph is missing."""
        address = self.matches(self.entry, self.photo_id(row), image)
        return address if address and self.photos.file(self.parts[1], image) else ""


class LabellingStudy(Study):
    """An entry that names landmarks."""

    @cached_property
    def judgement(self) -> RecognitionJudgement:
        """Return what GAP is made of."""
        found = rebuilt(GlobalAveragePrecision(), self.truth.query_ids, self.values)
        assert isinstance(found, RecognitionJudgement)
        return found

    @cached_property
    def costs(self) -> np.ndarray:
        """Return what GAP each wrong answer costs `(n_queries,)`."""
        return costs(self.judgement)

    @cached_property
    def gains(self) -> np.ndarray:
        """Return what each right answer adds to GAP and each wrong one costs."""
        added = np.nan_to_num(self.values["gap"]) / max(1, int(self.judgement.landmark.sum()))
        return np.asarray(np.where(self.costs > 0, -self.costs, added))

    @cached_property
    def along(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the answers, the most confident first, and the precision up to each."""
        return precisions(self.judgement)

    @cached_property
    def _ranks(self) -> np.ndarray:
        order = self.along[0]
        ranks = np.zeros(len(self.truth.query_ids), np.int64)
        ranks[order] = np.arange(1, len(order) + 1)
        return ranks

    def answered(self, row: int, few: int | None = None) -> Answered:
        """Return the landmark that was named, and where it stands among all answers."""
        del few
        landmark = _number(self.answers.words(row)) if self.judgement.answered[row] else None
        right = bool(self.judgement.correct[row])
        label = None
        if landmark is not None:
            confidence, mark = float(self.judgement.confidence[row]), "right" if right else "wrong"
            photos = self.photos.of_landmark(landmark)
            label = Label(landmark, self.photos.name(landmark), mark, confidence, photos)  # type: ignore[arg-type]
        value = self.values["gap"][row]
        counted = None if np.isnan(value) else float(value)
        return Answered(self.entry.id or 0, self.entry.identity, counted, self._says(row), label=label)

    def _says(self, row: int) -> list[str]:
        if not self.judgement.answered[row]:
            return ["no answer"]
        rank, order = int(self._ranks[row]), self.along[0]
        said = ["right" if self.judgement.correct[row] else "wrong", f"rank {rank} of {len(order)} by confidence"]
        return [*said, *([f"costs {self.costs[row]:.5f} of GAP"] if self.costs[row] > 0 else [])]

    def shows(self, row: int) -> list[Label]:
        """Return the landmarks that the query shows."""
        return [
            Label(landmark, self.photos.name(landmark), "right", None, self.photos.of_landmark(landmark))
            for landmark in self.truth.landmarks(row)
        ]


def _number(words: list[str]) -> int | None:
    return int(words[0]) if words and words[0].lstrip("-").isdecimal() else None


STUDIES: dict[str, type[Study]] = {"retrieval": RankingStudy, "recognition": LabellingStudy}
KEPT = {
    "retrieval": ("map@100",),
    "recognition": ("gap", ".landmark", ".answered", ".correct", ".confidence"),
}  # of an entry, what a study needs
