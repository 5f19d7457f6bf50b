"""Tests of `leaderboard.pareto`."""

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.pareto import pareto_front

LEVELS = st.sampled_from([0.0, 0.5, 1.0, 2.0])


@given(st.lists(st.tuples(LEVELS, LEVELS), unique=True))
def test_the_front_is_what_no_other_point_dominates(points):
    def dominated(cost, goodness):
        return any(c <= cost and g >= goodness and (c, g) != (cost, goodness) for c, g in points)

    expected = [place for place, point in enumerate(points) if not dominated(*point)]
    assert pareto_front(points) == sorted(expected, key=lambda place: points[place][0])
