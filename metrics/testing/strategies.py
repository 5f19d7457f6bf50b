"""Hypothesis strategies for ground truths and submissions; examples shrink to few queries, short lists, first letters.

They often contain what scorers get wrong: repeats, equal confidences, unanswered queries, queries without a landmark
or with several, more relevant images than ranks, lists longer than the cut-off, files in any order.
"""

from typing import Any

from hypothesis import strategies as st

from metrics.base import Metric, RetrievalMetric, Task
from metrics.testing.cases import Row, ScoringCase

LANDMARKS = (1, 2, 3)
CONFIDENCES = (0.5, 1.0, 0.25, 10.0, 9.0, -1.0, 1e-05)


def cases_for(metric: Metric) -> st.SearchStrategy[ScoringCase]:
    """Cases of the metric's task that have a score under it."""
    return retrieval_cases(metric.k) if isinstance(metric, RetrievalMetric) else recognition_cases()


@st.composite
def retrieval_cases(draw: st.DrawFn, k: int = 100, max_queries: int = 4) -> ScoringCase:
    """Cases of image lists, some longer than k, with 1 to k + 2 relevant images a query."""
    ground_truth = draw(ground_truths("retrieval", k, max_queries))
    return ScoringCase("retrieval", ground_truth, draw(submissions("retrieval", ground_truth, k)))


@st.composite
def recognition_cases(draw: st.DrawFn, max_queries: int = 6) -> ScoringCase:
    """Cases of landmarks and confidences; at least one query shows a landmark."""
    ground_truth = draw(ground_truths("recognition", max_queries=max_queries))
    return ScoringCase("recognition", ground_truth, draw(submissions("recognition", ground_truth)))


@st.composite
def ground_truths(draw: st.DrawFn, task: Task, k: int = 100, max_queries: int = 4) -> tuple[Row, ...]:
    """Rows of a ground truth: queries q1, q2, … in any order, relevant images r1, r2, … or landmarks."""
    truth: st.SearchStrategy[tuple[Any, ...]]
    if task == "retrieval":
        truth = st.sampled_from([1, 2, 3, 4, k + 1, k + 2]).map(relevant_images)
    else:
        truth = st.lists(st.sampled_from(LANDMARKS), max_size=2, unique=True).map(tuple)
    truths = draw(st.lists(truth, min_size=1, max_size=max_queries).filter(any))
    return tuple(draw(st.permutations([(f"q{number}", truth) for number, truth in enumerate(truths, start=1)])))


@st.composite
def submissions(draw: st.DrawFn, task: Task, ground_truth: tuple[Row, ...], k: int = 100) -> tuple[Row, ...]:
    """Rows of a submission to a ground truth, in any order; some queries left out, some with an empty answer."""
    rows = []
    for query, truth in draw(st.permutations(ground_truth)):
        answer = rankings(truth, k) if task == "retrieval" else labellings()
        row: tuple[Any, ...] | None = draw(answer | st.just(()) | st.none())
        rows += [] if row is None else [(query, row)]
    return tuple(rows)


@st.composite
def rankings(draw: st.DrawFn, relevant: tuple[str, ...], k: int = 100) -> tuple[str, ...]:
    """Lists of relevant images and of wrong ones x1, x2, …; some have about k more wrong ones in the middle."""
    images = st.sampled_from([*relevant[:4], "x1", "x2"])
    n_more = draw(st.sampled_from([0, 0, k - 2, k - 1, k]))
    head, tail = draw(st.lists(images, max_size=5)), draw(st.lists(images, max_size=3))
    return (*head, *(f"x{number}" for number in range(3, 3 + n_more)), *tail)


def labellings() -> st.SearchStrategy[tuple[int, float]]:
    """Landmarks with a confidence; equal confidences are common."""
    return st.tuples(st.sampled_from(LANDMARKS), st.sampled_from(CONFIDENCES))


def relevant_images(number: int) -> tuple[str, ...]:
    """The images r1, r2, … up to a number."""
    return tuple(f"r{each}" for each in range(1, number + 1))
