"""Which entries nothing beats in score and cost at once."""

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """The points (cost, goodness) that no other is as good as for as little, by their places, cheapest first.

    Of points that are alike it is the first.

    >>> front([(2.0, 0.5), (1.0, 0.4), (3.0, 0.45), (2.0, 0.6)])
    [1, 3]
    """
    found: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: (points[place][0], -points[place][1], place)):
        if not found or points[place][1] > points[found[-1]][1]:
            found.append(place)
    return found
