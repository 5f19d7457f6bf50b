"""Strategies of two worlds, before and after a change whose effect on the score is known."""

from dataclasses import replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from metrics.base import Metric, RetrievalMetric
from metrics.testing.cases import World
from metrics.testing.strategies import CONFIDENCES, LANDMARKS, recognition_worlds, retrieval_worlds, worlds_for

Pair = tuple[World, World]
UNSEEN = 99  # a landmark that no query shows


@st.composite
def rows_shuffled(draw: st.DrawFn, metric: Metric) -> Pair:
    """Both files in another order."""
    world = draw(worlds_for(metric))
    ground_truth, submission = (draw(st.permutations(rows)) for rows in (world.ground_truth, world.submission))
    return world, replace(world, ground_truth=tuple(ground_truth), submission=tuple(submission))


@st.composite
def hit_raised(draw: st.DrawFn, metric: RetrievalMetric) -> Pair:
    """A hit changes places with a miss above it; no list repeats an image."""
    world = draw(retrieval_worlds(metric.k))
    world = replace(
        world, submission=tuple((query, tuple(dict.fromkeys(images))) for query, images in world.submission)
    )
    swaps = [
        (query, upper, lower)
        for query, images in world.submission
        for lower in range(len(images))
        if images[lower] in world.truth[query]
        for upper in range(lower)
        if images[upper] not in world.truth[query]
    ]
    assume(swaps)
    query, upper, lower = draw(st.sampled_from(swaps))
    images = [*world.answers[query]]
    images[upper], images[lower] = images[lower], images[upper]
    return world, _answered(world, query, tuple(images))


@st.composite
def tail_added(draw: st.DrawFn, metric: RetrievalMetric) -> Pair:
    """A list of k images grows by some, right or wrong."""
    world = draw(retrieval_worlds(metric.k))
    query, relevant = draw(st.sampled_from(world.ground_truth))
    more = tuple(f"y{number}" for number in range(1, metric.k + 1))
    full = (*world.answers.get(query, ()), *more)[: metric.k]
    tail = draw(st.lists(st.sampled_from([*relevant[:4], "x1"]), min_size=1, max_size=3))
    return _answered(world, query, full), _answered(world, query, (*full, *tail))


@st.composite
def image_appended(draw: st.DrawFn, metric: RetrievalMetric) -> Pair:
    """A list shorter than k grows by an image, right, wrong or repeated."""
    world = draw(retrieval_worlds(metric.k))
    query, relevant = draw(st.sampled_from(world.ground_truth))
    images = world.answers.get(query, ())[: metric.k - 1]
    image = draw(st.sampled_from([*relevant[:4], "x1"]))
    return _answered(world, query, images), _answered(world, query, (*images, image))


@st.composite
def query_answered(draw: st.DrawFn, metric: RetrievalMetric) -> Pair:
    """A query without an answer gets one."""
    world = draw(retrieval_worlds(metric.k))
    assume(world.answers)
    query = draw(st.sampled_from(sorted(world.answers)))
    return replace(world, submission=tuple(row for row in world.submission if row[0] != query)), world


@st.composite
def confidences_rescaled(draw: st.DrawFn, metric: Metric) -> Pair:  # noqa: ARG001 (as all of them)
    """A strictly increasing function of the confidences."""
    world = draw(recognition_worlds())
    old = sorted({confidence for _, confidence in world.answers.values()})
    new = sorted(draw(st.sets(st.integers(-99, 99), min_size=len(old), max_size=len(old))))
    mapped = {confidence: float(each) for confidence, each in zip(old, new, strict=True)}
    return world, _mapped(world, mapped)


@st.composite
def confidences_replaced(draw: st.DrawFn, metric: Metric) -> Pair:  # noqa: ARG001 (as all of them)
    """Other confidences, in another order."""
    world = draw(recognition_worlds())
    return world, _mapped(world, {each: draw(st.sampled_from(CONFIDENCES)) for each in CONFIDENCES})


@st.composite
def wrong_answer_added(draw: st.DrawFn, metric: Metric) -> Pair:  # noqa: ARG001 (as all of them)
    """A query gets a wrong answer, less confident than all others."""
    world = draw(recognition_worlds())
    return world, _answered(world, draw(_unanswered(world)), (UNSEEN, min(CONFIDENCES) - 1))


@st.composite
def right_answer_added(draw: st.DrawFn, metric: Metric) -> Pair:  # noqa: ARG001 (as all of them)
    """A query that shows a landmark gets a right answer."""
    world = draw(recognition_worlds())
    query = draw(_unanswered(world))
    shown = [landmark for landmark in LANDMARKS if landmark in world.truth[query]]
    assume(shown)
    return world, _answered(world, query, (draw(st.sampled_from(shown)), draw(st.sampled_from(CONFIDENCES))))


@st.composite
def queries_renamed(draw: st.DrawFn, metric: Metric) -> Pair:  # noqa: ARG001 (as all of them)
    """The queries exchange their names; no two confidences are equal."""
    world = draw(recognition_worlds())
    untied = tuple((query, answer and (answer[0], float(at))) for at, (query, answer) in enumerate(world.submission))
    world = replace(world, submission=untied)
    names = dict(zip(sorted(world.truth), draw(st.permutations(sorted(world.truth))), strict=True))
    ground_truth, submission = (
        tuple((names[query], fields) for query, fields in rows) for rows in (world.ground_truth, world.submission)
    )
    return world, replace(world, ground_truth=ground_truth, submission=submission)


def _unanswered(world: World) -> st.SearchStrategy[str]:
    left = sorted(set(world.truth) - set(world.answers))
    assume(left)
    return st.sampled_from(left)


def _answered(world: World, query: str, answer: tuple[Any, ...]) -> World:
    """The world in which a query has that answer, its row where it stood or at the end."""
    rows = dict(world.submission) | {query: answer}
    return replace(world, submission=tuple(rows.items()))


def _mapped(world: World, confidences: dict[float, float]) -> World:
    rows = tuple((query, answer and (answer[0], confidences[answer[1]])) for query, answer in world.submission)
    return replace(world, submission=rows)
