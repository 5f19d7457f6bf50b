"""Compare two answers to the same queries, with a tolerance for the rounding of floating-point numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.submissions.answer import Answer, Labelling, Ranking

TOLERANCE = 1e-5  # of the largest score: float32 sums of a few thousand products differ by less


@dataclass(frozen=True, eq=False)
class AnswerWithScores:
    """An answer, and the similarities or distances `(n_queries, n_index)` behind a ranking; None if unknown."""

    answer: Answer
    scores: np.ndarray | None = None

    def select(self, order: np.ndarray) -> AnswerWithScores:
        """Return the answers to some of the queries."""
        answer, scores = self.answer, None if self.scores is None else self.scores[order]
        if isinstance(answer, Ranking):
            return AnswerWithScores(Ranking(answer.query_ids[order], answer.index_ids, answer.positions[order]), scores)
        return AnswerWithScores(Labelling(answer.query_ids[order], answer.landmarks[order], answer.confidences[order]))


@dataclass(frozen=True)
class RowDifference:
    """How the answers to a query differ: a text, and the gap of the scores relative to the largest; inf: unknown."""

    text: str
    gap: float = np.inf


@dataclass(frozen=True)
class AnswerComparison:
    """The queries whose answers differ by more than rounding and the first of them; those that differ by rounding."""

    n_queries: int
    different: list[str]
    first: RowDifference | None
    rounded: list[float]

    def violation(self) -> str:
        """Return by how much and for which query the answers differ; an empty text if they agree."""
        if not self.first:
            return ""
        return f"query {self.different[0]}: {self.first.text}, {len(self.different)} of {self.n_queries} queries differ"

    def note(self) -> str:
        """Return how many answers differ by rounding; an empty text if none do."""
        if not self.rounded:
            return ""
        return (
            f"{len(self.rounded)} of {self.n_queries} queries differ by rounding, "
            f"at most by {max(self.rounded):.1g} of the largest score"
        )


def compare_answers(one: AnswerWithScores, other: AnswerWithScores, tolerance: float = TOLERANCE) -> AnswerComparison:
    """Return the differences of two answers, row by row, whatever their ids.

    Images may swap ranks if their scores differ by at most `tolerance` of the largest score of the query. That needs
    the scores, which rankings by similarity or distance have. The confidences of a landmark may differ as much.
    """
    different: list[str] = []
    first, rounded = None, []
    for row, query in enumerate(one.answer.query_ids):
        difference = _row_difference(one, other, row)
        if difference and difference.gap <= tolerance:
            rounded.append(difference.gap)
        elif difference:
            first = first or difference
            different.append(str(query))
    return AnswerComparison(len(one.answer.query_ids), different, first, rounded)


def _row_difference(one: AnswerWithScores, other: AnswerWithScores, row: int) -> RowDifference | None:
    if isinstance(one.answer, Ranking) and isinstance(other.answer, Ranking):
        return _ranking_difference(one, other, row)
    if isinstance(one.answer, Labelling) and isinstance(other.answer, Labelling):
        return _label_difference(one.answer, other.answer, row)
    return RowDifference(f"a {type(other.answer).__name__} instead of a {type(one.answer).__name__}")


def _ranking_difference(one: AnswerWithScores, other: AnswerWithScores, row: int) -> RowDifference | None:
    """Return the difference at the rank where the scores of the two images differ most."""
    before, after = _listed(one, row), _listed(other, row)
    width = max(len(before), len(after))
    before, after = (np.pad(each, (0, width - len(each)), constant_values=-1) for each in (before, after))
    ranks = np.flatnonzero(before != after)
    if not len(ranks):
        return None
    gaps = np.maximum(_gaps(one, row, before, after), _gaps(other, row, before, after))[ranks]
    rank = int(ranks[gaps.argmax()])
    text = f"rank {rank + 1} is {_image(one, after[rank], row)} instead of {_image(one, before[rank], row)}"
    return RowDifference(text, float(gaps.max()))


def _image(scored: AnswerWithScores, position: int, row: int) -> str:
    """Return the id of an image, with its score for the query if it is known."""
    if position < 0:
        return "no image"
    score = "" if scored.scores is None else f" (score {scored.scores[row, position]:.6g})"
    return f"{scored.answer.index_ids[position]}{score}"  # type: ignore[union-attr]  # of a ranking


def _listed(scored: AnswerWithScores, row: int) -> np.ndarray:
    return np.asarray(scored.answer.positions[row])  # type: ignore[union-attr]  # of a ranking


def _gaps(scored: AnswerWithScores, row: int, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the gaps between the scores of the images at each rank, relative to the largest; inf if unknown."""
    if scored.scores is None:
        return np.full(len(before), np.inf)
    scores = scored.scores[row]
    largest = np.abs(scores[np.isfinite(scores)]).max(initial=0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        gaps = np.abs(scores[before] - scores[after])
        relative = np.where(gaps == 0, 0.0, gaps / largest)
    return np.where((before < 0) | (after < 0) | np.isnan(relative), np.inf, relative)


def _label_difference(one: Labelling, other: Labelling, row: int) -> RowDifference | None:
    before, after = one.confidences[row], other.confidences[row]
    if np.isnan(before) and np.isnan(after):
        return None
    gap = np.inf
    if one.landmarks[row] == other.landmarks[row]:
        if before == after:
            return None
        largest = np.nanmax(np.abs(np.r_[one.confidences, other.confidences]))
        gap = abs(before - after) / largest if np.isfinite(before - after) else np.inf
    return RowDifference(f"{_label(other, row)} instead of {_label(one, row)}", float(gap))


def _label(labelling: Labelling, row: int) -> str:
    confidence = labelling.confidences[row]
    return "no answer" if np.isnan(confidence) else f"landmark {labelling.landmarks[row]} ({confidence:.6g})"
