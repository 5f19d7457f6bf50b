"""The Pareto front of score and cost."""

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """The indices of the points (cost, goodness) that no other point dominates, by ascending cost.

    Of equal points the first is returned.

    >>> pareto_front([(2.0, 0.5), (1.0, 0.4), (3.0, 0.45), (2.0, 0.6)])
    [1, 3]
    """
    front: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: (points[place][0], -points[place][1], place)):
        if not front or points[place][1] > points[front[-1]][1]:
            front.append(place)
    return front
