"""Scorers with a switch for each classic mistake; with every switch at its default they score as the challenges do."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Literal

from metrics.base import Metric, RetrievalMetric
from metrics.testing.cases import World

Range = tuple[float, float]


@dataclass(frozen=True)
class Rules:
    """What a scorer may do rightly, as by default, or wrongly."""

    repeats: Literal["once", "twice", "closed up"] = "once"
    divisor: Literal["right", "R", "k", "min(R, k)", "n", "hits", "queries", "answers"] = "right"
    first_rank: Literal["1", "0", "0, divided by 1", "0, skipped"] = "1"
    cut: int | None = 0  # ranks beyond k that count too, None for all
    unanswered: Literal["counted", "rows left out", "left out"] = "counted"
    no_hit: Literal["k + 1", "k", "left out"] = "k + 1"
    ties: Literal["id", "id backwards", "file", "file backwards", "ground truth file", "any"] = "id"
    confidence: Literal["number", "text", "upwards"] = "number"
    non_landmark: Literal["wrong", "dropped"] = "wrong"
    several: Literal["any", "first"] = "any"


def faulty_range(metric: Metric, world: World, rules: Rules) -> Range:
    """The lowest and the highest score that a scorer of those rules may give; both nan where it would fail."""
    try:
        if isinstance(metric, RetrievalMetric):
            low = high = _retrieval(metric, world, rules)
        elif metric.name == "top1_accuracy":
            low = high = _top1_accuracy(world, rules)
        else:
            low, high = (_gap(world, rules, luck=luck) for luck in (False, True))
    except (ValueError, ZeroDivisionError):  # the mean of nothing; a division by rank 0
        return (float("nan"), float("nan"))
    return low, high


def _retrieval(metric: RetrievalMetric, world: World, rules: Rules) -> float:
    listed, values = dict(world.submission), []
    for query, truth in world.ground_truth:
        left_out = (query not in listed and rules.unanswered != "counted") or (
            not listed.get(query) and rules.unanswered == "left out"
        )
        value = None if left_out else _value(metric, listed.get(query, ()), truth, rules)
        values += [] if value is None else [value]
    return float(median(values)) if metric.prefix == "median_first_hit" else fmean(values)


def _value(metric: RetrievalMetric, listed: Sequence[str], truth: Sequence[str], rules: Rules) -> float | None:
    ranks, k = _hit_ranks(listed, truth, metric.k, rules), metric.k
    if metric.prefix.endswith("first_hit"):
        return _first_hit(ranks, k, rules)
    right = {"map": min(len(truth), k), "precision": k, "recall": len(truth)}[metric.prefix]
    divisors = {"R": len(truth), "k": k, "min(R, k)": min(len(truth), k), "n": min(len(listed), k), "hits": len(ranks)}
    total = (
        sum(_precision(nth, rank, rules) for nth, rank in enumerate(ranks, 1)) if metric.prefix == "map" else len(ranks)
    )
    return total / (divisors.get(rules.divisor, right) or 1)


def _hit_ranks(listed: Sequence[str], truth: Sequence[str], k: int, rules: Rules) -> list[int]:
    if rules.repeats == "closed up":
        listed = [*dict.fromkeys(listed)]
    listed = listed if rules.cut is None else listed[: k + rules.cut]
    places = enumerate(listed)
    return [at + 1 for at, image in places if image in truth and (rules.repeats == "twice" or image not in listed[:at])]


def _first_hit(ranks: list[int], k: int, rules: Rules) -> float | None:
    shift = 0 if rules.first_rank == "1" else 1
    if ranks:
        return float(ranks[0] - shift)
    return {"k + 1": k + 1.0, "k": float(k), "left out": None}[rules.no_hit]


def _precision(nth: int, rank: int, rules: Rules) -> float:
    if rules.first_rank == "1":
        return nth / rank
    if rank == 1 and rules.first_rank != "0":
        return float(rules.first_rank == "0, divided by 1")
    return nth / (rank - 1)


def _gap(world: World, rules: Rules, *, luck: bool) -> float:
    truth = dict(world.ground_truth)
    ranked = [(query, *answer) for query, answer in world.submission if answer]
    ranked = [row for row in ranked if truth[row[0]] or rules.non_landmark == "wrong"]
    ranked = _tied_last(ranked, world, rules, luck=luck)
    keys = {"number": lambda row: -row[2], "upwards": lambda row: row[2], "text": lambda row: _letters(row[2])}
    ranked.sort(key=keys[rules.confidence])
    right, total = 0, 0.0
    for rank, (query, landmark, _) in enumerate(ranked, start=1):
        if _is_right(landmark, truth[query], rules):
            right += 1
            total += _precision(right, rank, rules)
    return total / _counting(world, rules)


def _letters(confidence: float) -> tuple[int, ...]:
    return (*(-ord(letter) for letter in str(confidence)), 0)


def _tied_last(rows: list[Any], world: World, rules: Rules, *, luck: bool) -> list[Any]:
    """The rows in the order in which equal confidences are to stay."""
    truth = dict(world.ground_truth)
    order = [*truth]
    return {
        "id": lambda: sorted(rows),
        "id backwards": lambda: sorted(rows, reverse=True),
        "file": lambda: rows,
        "file backwards": lambda: rows[::-1],
        "ground truth file": lambda: sorted(rows, key=lambda row: order.index(row[0])),
        "any": lambda: sorted(rows, key=lambda row: _is_right(row[1], truth[row[0]], rules) != luck),
    }[rules.ties]()


def _is_right(landmark: int, shown: Sequence[int], rules: Rules) -> bool:
    return landmark in (shown if rules.several == "any" else shown[:1])


def _counting(world: World, rules: Rules) -> int:
    """What the sum of a recognition score is divided by."""
    listed = dict(world.submission)
    if rules.divisor == "answers":
        return len(world.answers)
    if rules.divisor == "queries":
        return len(world.ground_truth)
    shown = [query for query, landmarks in world.ground_truth if landmarks]
    if rules.unanswered == "rows left out":
        return len([query for query in shown if query in listed])
    return len([query for query in shown if listed.get(query) or rules.unanswered == "counted"])


def _top1_accuracy(world: World, rules: Rules) -> float:
    right = [
        query
        for query, shown in world.ground_truth
        if query in world.answers and _is_right(world.answers[query][0], shown, rules)
    ]
    return len(right) / _counting(world, rules)
