"""Each metric once more, slow and obvious: what the fast ones, and other people's, are compared with.

Nothing here is shared with the fast ones, not even what counts as a hit.
"""

from collections.abc import Callable, Collection, Sequence
from statistics import fmean, median
from typing import Any

from metrics.base import Metric, RetrievalMetric
from metrics.testing.cases import World

Answer = Sequence[Any]
Truth = Collection[Any]


def slow_score(metric: Metric, world: World) -> float:
    """The score of a world under `map@k`, `precision@k`, `recall@k`, the first hits, `gap` or `top1_accuracy`.

    ZeroDivisionError where no query counts.

    >>> from metrics import metric
    >>> from metrics.testing.cases import retrieval_world
    >>> slow_score(metric("map@100"), retrieval_world({"q": "a b c", "r": "d"}, {"q": "a a x b"}))
    0.25
    """
    if isinstance(metric, RetrievalMetric):
        pool, of_query = _RETRIEVAL[metric.prefix]
        values = [of_query(world.answers.get(query, ()), set(truth), metric.k) for query, truth in world.truth.items()]
        return float(pool(values))
    return _RECOGNITION[metric.name](world)


def average_precision(ranking: Answer, relevant: Truth, k: int) -> float:
    """The sum of the precision at each first hit, divided by as many hits as there could be."""
    seen: list[Any] = []
    total = 0.0
    for rank, image in enumerate(ranking[:k], start=1):
        if image in relevant and image not in seen:
            seen.append(image)
            total += len(seen) / rank
    return total / min(len(relevant), k)


def precision(ranking: Answer, relevant: Truth, k: int) -> float:
    """The share of the first k ranks that hold a new relevant image."""
    return len({image for image in ranking[:k] if image in relevant}) / k


def recall(ranking: Answer, relevant: Truth, k: int) -> float:
    """The share of the relevant images that stand among the first k ranks."""
    return len([image for image in relevant if image in ranking[:k]]) / len(relevant)


def first_hit(ranking: Answer, relevant: Truth, k: int) -> float:
    """The rank of the first relevant image, k + 1 if it comes later or never."""
    for rank, image in enumerate(ranking[:k], start=1):
        if image in relevant:
            return rank
    return k + 1


def gap(world: World, *, ignore_non_landmark: bool = False) -> float:
    """The sum of the precision at each right answer, divided by the number of queries that show a landmark."""
    right, rank, total = 0, 0, 0.0
    for query, (landmark, _) in sorted(world.answers.items(), key=lambda answer: (-answer[1][1], answer[0])):
        if ignore_non_landmark and not world.truth[query]:
            continue
        rank += 1
        if landmark in world.truth[query]:
            right += 1
            total += right / rank
    return total / len([query for query, shown in world.ground_truth if shown])


def top1_accuracy(world: World) -> float:
    """The share of right answers among the queries that show a landmark."""
    shown = [query for query, landmarks in world.ground_truth if landmarks]
    return len([query for query in shown if world.answers.get(query, (None,))[0] in world.truth[query]]) / len(shown)


def trapezoid_average_precision(ranking: Answer, relevant: Truth, ignored: Truth) -> float:
    """The area under precision over recall, walking down the ranking one kept image after the other."""
    area, old_recall, old_precision, hits, rank = 0.0, 0.0, 1.0, 0, 0
    for image in ranking:
        if image in ignored:
            continue
        rank += 1
        hits += image in relevant
        new_recall, new_precision = hits / len(relevant), hits / rank
        area += (new_recall - old_recall) * (old_precision + new_precision) / 2
        old_recall, old_precision = new_recall, new_precision
    return area


def revisited_precision(ranking: Answer, relevant: Truth, ignored: Truth, k: int) -> float:
    """The share of relevant images among the first k kept ones, or as far as the last relevant one if nearer."""
    head = [image for image in ranking if image not in ignored][:k]
    if set(relevant) <= set(head):
        while head[-1] not in relevant:
            head.pop()
        return len(set(relevant)) / len(head)
    return len([image for image in head if image in relevant]) / k


_RETRIEVAL: dict[str, tuple[Callable[[list[float]], float], Callable[[Answer, Truth, int], float]]] = {
    "map": (fmean, average_precision),
    "precision": (fmean, precision),
    "recall": (fmean, recall),
    "mean_first_hit": (fmean, first_hit),
    "median_first_hit": (median, first_hit),
}
_RECOGNITION: dict[str, Callable[[World], float]] = {
    "gap": gap,
    "gap_landmarks_only": lambda world: gap(world, ignore_non_landmark=True),
    "top1_accuracy": top1_accuracy,
}
