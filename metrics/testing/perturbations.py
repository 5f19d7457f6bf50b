"""Hypothesis strategies for pairs of cases: before and after a change whose effect on the score is known."""

from dataclasses import replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from metrics.base import Metric, RetrievalMetric
from metrics.testing.cases import ScoringCase
from metrics.testing.strategies import CONFIDENCES, LANDMARKS, cases_for, recognition_cases, retrieval_cases

CasePair = tuple[ScoringCase, ScoringCase]
ABSENT_LANDMARK = 99  # a landmark that no query shows


@st.composite
def shuffled_rows(draw: st.DrawFn, metric: Metric) -> CasePair:
    """The rows of both files are shuffled."""
    case = draw(cases_for(metric))
    ground_truth, submission = (draw(st.permutations(rows)) for rows in (case.ground_truth, case.submission))
    return case, replace(case, ground_truth=tuple(ground_truth), submission=tuple(submission))


@st.composite
def raised_hit(draw: st.DrawFn, metric: RetrievalMetric) -> CasePair:
    """A hit is swapped with a miss above it; no list repeats an image."""
    case = draw(retrieval_cases(metric.k))
    case = replace(case, submission=tuple((query, tuple(dict.fromkeys(images))) for query, images in case.submission))
    swaps = [
        (query, upper, lower)
        for query, images in case.submission
        for lower in range(len(images))
        if images[lower] in case.truth[query]
        for upper in range(lower)
        if images[upper] not in case.truth[query]
    ]
    assume(swaps)
    query, upper, lower = draw(st.sampled_from(swaps))
    images = [*case.answers[query]]
    images[upper], images[lower] = images[lower], images[upper]
    return case, _with_answer(case, query, tuple(images))


@st.composite
def longer_list(draw: st.DrawFn, metric: RetrievalMetric) -> CasePair:
    """Images, relevant or not, are appended to a list of k images."""
    case = draw(retrieval_cases(metric.k))
    query, relevant = draw(st.sampled_from(case.ground_truth))
    more = tuple(f"y{number}" for number in range(1, metric.k + 1))
    full = (*case.answers.get(query, ()), *more)[: metric.k]
    tail = draw(st.lists(st.sampled_from([*relevant[:4], "x1"]), min_size=1, max_size=3))
    return _with_answer(case, query, full), _with_answer(case, query, (*full, *tail))


@st.composite
def appended_image(draw: st.DrawFn, metric: RetrievalMetric) -> CasePair:
    """An image, relevant, wrong or repeated, is appended to a list shorter than k."""
    case = draw(retrieval_cases(metric.k))
    query, relevant = draw(st.sampled_from(case.ground_truth))
    images = case.answers.get(query, ())[: metric.k - 1]
    image = draw(st.sampled_from([*relevant[:4], "x1"]))
    return _with_answer(case, query, images), _with_answer(case, query, (*images, image))


@st.composite
def additional_ranking(draw: st.DrawFn, metric: RetrievalMetric) -> CasePair:
    """A query without a ranking gets one."""
    case = draw(retrieval_cases(metric.k))
    assume(case.answers)
    query = draw(st.sampled_from(sorted(case.answers)))
    return replace(case, submission=tuple(row for row in case.submission if row[0] != query)), case


@st.composite
def rescaled_confidences(draw: st.DrawFn, metric: Metric) -> CasePair:  # noqa: ARG001 (one signature for all)
    """A strictly increasing function is applied to the confidences."""
    case = draw(recognition_cases())
    old = sorted({confidence for _, confidence in case.answers.values()})
    new = sorted(draw(st.sets(st.integers(-99, 99), min_size=len(old), max_size=len(old))))
    mapped = {confidence: float(each) for confidence, each in zip(old, new, strict=True)}
    return case, _with_confidences(case, mapped)


@st.composite
def replaced_confidences(draw: st.DrawFn, metric: Metric) -> CasePair:  # noqa: ARG001 (one signature for all)
    """The confidences are replaced by others in another order."""
    case = draw(recognition_cases())
    return case, _with_confidences(case, {each: draw(st.sampled_from(CONFIDENCES)) for each in CONFIDENCES})


@st.composite
def wrong_answer(draw: st.DrawFn, metric: Metric) -> CasePair:  # noqa: ARG001 (one signature for all)
    """A query gets a wrong answer that is less confident than all others."""
    case = draw(recognition_cases())
    return case, _with_answer(case, draw(_unanswered_query(case)), (ABSENT_LANDMARK, min(CONFIDENCES) - 1))


@st.composite
def right_answer(draw: st.DrawFn, metric: Metric) -> CasePair:  # noqa: ARG001 (one signature for all)
    """A query that shows a landmark gets a right answer."""
    case = draw(recognition_cases())
    query = draw(_unanswered_query(case))
    shown = [landmark for landmark in LANDMARKS if landmark in case.truth[query]]
    assume(shown)
    return case, _with_answer(case, query, (draw(st.sampled_from(shown)), draw(st.sampled_from(CONFIDENCES))))


@st.composite
def renamed_queries(draw: st.DrawFn, metric: Metric) -> CasePair:  # noqa: ARG001 (one signature for all)
    """The query ids are permuted; no two confidences are equal."""
    case = draw(recognition_cases())
    untied = tuple((query, answer and (answer[0], float(at))) for at, (query, answer) in enumerate(case.submission))
    case = replace(case, submission=untied)
    names = dict(zip(sorted(case.truth), draw(st.permutations(sorted(case.truth))), strict=True))
    ground_truth, submission = (
        tuple((names[query], fields) for query, fields in rows) for rows in (case.ground_truth, case.submission)
    )
    return case, replace(case, ground_truth=ground_truth, submission=submission)


def _unanswered_query(case: ScoringCase) -> st.SearchStrategy[str]:
    left = sorted(set(case.truth) - set(case.answers))
    assume(left)
    return st.sampled_from(left)


def _with_answer(case: ScoringCase, query: str, answer: tuple[Any, ...]) -> ScoringCase:
    """Return the case in which a query has that answer; a new row is appended."""
    rows = dict(case.submission) | {query: answer}
    return replace(case, submission=tuple(rows.items()))


def _with_confidences(case: ScoringCase, confidences: dict[float, float]) -> ScoringCase:
    rows = tuple((query, answer and (answer[0], confidences[answer[1]])) for query, answer in case.submission)
    return replace(case, submission=rows)
