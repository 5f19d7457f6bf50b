"""The clauses of the contract that demand equal answers, and the runs that check them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract.answer_comparison import AnswerComparison, AnswerWithScores, compare_answers
from harness.data.image_set import ImageSet
from harness.data.training_data import TrainingData
from harness.solution.base import Retrieval, Solution
from harness.submissions.answer import Answer, concatenate_answers
from harness.submissions.finalise import finalise, validate_answer
from harness.submissions.score_recorder import recorded_scores

_CHUNK_SIZES = (1, 3, 7)  # queries


@dataclass(frozen=True)
class ContractRun:
    """A small synthetic competition and the answer of a newly fitted solution to it."""

    make: Callable[[], Solution]
    data: TrainingData
    queries: ImageSet
    answer: AnswerWithScores
    tolerance: float

    def compare(self, other: AnswerWithScores, order: np.ndarray | None = None) -> AnswerComparison:
        """Return how an answer to the queries, perhaps in another order, differs from that of the run."""
        return compare_answers(self.answer if order is None else self.answer.select(order), other, self.tolerance)


def fit_and_answer(
    solution: Solution, data: TrainingData, queries: ImageSet, chunk: int | None = None
) -> AnswerWithScores:
    """Fit a solution and return its finalised answer to the queries, asked in chunks of `chunk` queries."""
    solution.fit(data)
    size = chunk or max(1, len(queries))
    answers = [_ask(solution, queries[start : start + size], data) for start in range(0, len(queries), size)]
    scores = [recorded_scores(answer) for answer in answers]
    is_scored = bool(scores) and all(each is not None for each in scores)
    return AnswerWithScores(
        finalise(concatenate_answers(answers), data),
        np.concatenate(scores) if is_scored else None,  # type: ignore[arg-type]
    )


def _ask(solution: Solution, queries: ImageSet, data: TrainingData) -> Answer:
    answer = solution.rank(queries) if isinstance(solution, Retrieval) else solution.recognise(queries)  # type: ignore[attr-defined]
    return validate_answer(answer, queries, data.index, solution.task)


Comparisons = Iterator[tuple[str, AnswerComparison]]  # what was changed, and how the answers then differ


def _deterministic(run: ContractRun) -> Comparisons:
    yield "a second run gives other answers", run.compare(fit_and_answer(run.make(), run.data, run.queries))


def _chunking(run: ContractRun) -> Comparisons:
    for size in _CHUNK_SIZES:
        what = f"chunks of {size} quer{'y' if size == 1 else 'ies'} change the answers"
        yield what, run.compare(fit_and_answer(run.make(), run.data, run.queries, size))


def _order(run: ContractRun) -> Comparisons:
    order = np.random.default_rng(0).permutation(len(run.queries))
    shuffled = fit_and_answer(run.make(), run.data, run.queries[order])
    yield "another order of the queries changes answers", run.compare(shuffled, order)


def _ids(run: ContractRun) -> Comparisons:
    """Ids must carry no information: the same images under other ids must get the same answers."""
    queries, index = rename_images(run.queries, "q"), rename_images(run.data.index, "i")
    data = TrainingData(rename_images(run.data.train, "t"), run.data.labels, index, run.data.seed)
    yield "other ids for the same images change answers", run.compare(fit_and_answer(run.make(), data, queries))


class _RenamedImages(ImageSet):
    """An image set with its ids replaced."""

    def __init__(self, images: ImageSet, ids: np.ndarray) -> None:
        super().__init__(images._source, images._rows)  # noqa: SLF001 (a view of the same set)
        self._ids = ids

    def __getitem__(self, selection: Any) -> ImageSet:
        return _RenamedImages(super().__getitem__(selection), np.atleast_1d(self.ids[selection]))


def rename_images(images: ImageSet, prefix: str) -> ImageSet:
    """Return the images under other ids in random order, each with a prefix."""
    order = np.random.default_rng(1).permutation(len(images))
    return _RenamedImages(images, np.array([f"{prefix}{number:08x}" for number in order], object))


@dataclass(frozen=True)
class AnswerClause:
    """A clause about equal answers: its name, the comparisons to make, and advice to a solution that violates it."""

    name: str
    comparisons: Callable[[ContractRun], Comparisons]
    advice: str


_BY_ITSELF = "treat each query by itself"
CLAUSES = (
    AnswerClause("is deterministic", _deterministic, "draw from a generator seeded by data.seed"),
    AnswerClause("gives the same answers in chunks of any size", _chunking, _BY_ITSELF),
    AnswerClause("gives the same answers in any order of the queries", _order, _BY_ITSELF),
    AnswerClause("does not depend on ids", _ids, "look at pixels, not at names"),
)
