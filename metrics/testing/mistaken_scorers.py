"""Scorers with a switch for each known mistake; with every switch at its default they score as the challenges do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import truediv
from statistics import fmean, median
from typing import Any, Literal

from metrics.base import GainMetric, Metric, RecognitionMetric, RetrievalMetric
from metrics.statistics.bootstrap import is_mean
from metrics.testing.cases import ScoringCase

Range = tuple[float, float]

DIVISORS: Mapping[str, Callable[[int, int], int]] = {  # of R relevant images and the cut-off k
    "R": lambda n_relevant, _: n_relevant,
    "k": lambda _, k: k,
    "min(R, k)": min,
}


@dataclass(frozen=True)
class ScorerRules:
    """The rules of a scorer: the defaults are right, all other values are mistakes."""

    repeats: Literal["once", "twice", "closed up"] = "once"
    divisor: Literal["right", "R", "k", "min(R, k)", "n", "hits", "queries", "answers"] = "right"
    first_rank: Literal["1", "0", "0, divided by 1", "0, skipped"] = "1"
    cut: int | None = 0  # how many ranks beyond k count too, None for all
    unanswered: Literal["counted", "rows left out", "left out"] = "counted"
    no_hit: Literal["k + 1", "k", "left out"] = "k + 1"
    ties: Literal["id", "id backwards", "file", "file backwards", "ground truth file", "any"] = "id"
    confidence: Literal["number", "text", "upwards"] = "number"
    non_landmark: Literal["wrong", "dropped"] = "wrong"
    several: Literal["any", "first"] = "any"


def mistaken_score_range(metric: Metric, case: ScoringCase, rules: ScorerRules) -> Range:
    """The lowest and the highest score that a scorer of those rules may give; both nan where it would fail."""
    try:
        if isinstance(metric, RetrievalMetric):
            low = high = _retrieval(metric, case, rules)
        elif isinstance(metric, RecognitionMetric) and metric.uses_confidence:
            low, high = (_gap(case, rules, lucky=lucky) for lucky in (False, True))
        else:
            low = high = _top1_accuracy(case, rules)
    except (ValueError, ZeroDivisionError):  # the mean of nothing; a division by rank 0
        return (float("nan"), float("nan"))
    return low, high


def _retrieval(metric: RetrievalMetric, case: ScoringCase, rules: ScorerRules) -> float:
    listed = dict(case.submission)
    counted = [
        (listed.get(query, ()), truth) for query, truth in case.ground_truth if _is_counted(query, listed, rules)
    ]
    all_values = [_value(metric, images, truth, rules) for images, truth in counted]
    values = [value for value in all_values if value is not None]
    return fmean(values) if is_mean(metric) else float(median(values))


def _is_counted(query: str, listed: Mapping[str, tuple[Any, ...]], rules: ScorerRules) -> bool:
    """Return whether a query counts that may have no answer."""
    with_row = rules.unanswered == "rows left out" and query in listed
    return rules.unanswered == "counted" or with_row or bool(listed.get(query))


def _value(metric: RetrievalMetric, listed: Sequence[str], truth: Sequence[str], rules: ScorerRules) -> float | None:
    ranks, k = _hit_ranks(listed, truth, metric.k, rules), metric.k
    if not isinstance(metric, GainMetric):
        return _first_hit(ranks, k, rules)
    divisors = {name: divisor(len(truth), k) for name, divisor in DIVISORS.items()}
    divisors |= {"n": min(len(listed), k), "hits": len(ranks)}
    total = sum(_gain(metric.gain, nth, rank, rules) for nth, rank in enumerate(ranks, 1))
    return total / (divisors.get(rules.divisor, metric.norm(len(truth))) or 1)


def _hit_ranks(listed: Sequence[str], truth: Sequence[str], k: int, rules: ScorerRules) -> list[int]:
    if rules.repeats == "closed up":
        listed = [*dict.fromkeys(listed)]
    listed = listed if rules.cut is None else listed[: k + rules.cut]
    places = enumerate(listed)
    return [at + 1 for at, image in places if image in truth and (rules.repeats == "twice" or image not in listed[:at])]


def _first_hit(ranks: list[int], k: int, rules: ScorerRules) -> float | None:
    shift = 0 if rules.first_rank == "1" else 1
    if ranks:
        return float(ranks[0] - shift)
    return {"k + 1": k + 1.0, "k": float(k), "left out": None}[rules.no_hit]


def _gain(gain: Callable[[int, int], float], nth: int, rank: int, rules: ScorerRules) -> float:
    """Return what the nth hit adds at a rank, which a mistaken scorer counts from 0."""
    if rules.first_rank == "1":
        return gain(nth, rank)
    if rank == 1 and rules.first_rank != "0":
        return float(rules.first_rank == "0, divided by 1")
    return gain(nth, rank - 1)


def _gap(case: ScoringCase, rules: ScorerRules, *, lucky: bool) -> float:
    truth = dict(case.ground_truth)
    ranked = [(query, *answer) for query, answer in case.submission if answer]
    ranked = [row for row in ranked if truth[row[0]] or rules.non_landmark == "wrong"]
    ranked = _in_tie_order(ranked, case, rules, lucky=lucky)
    keys = {"number": lambda row: -row[2], "upwards": lambda row: row[2], "text": lambda row: _text_key(row[2])}
    ranked.sort(key=keys[rules.confidence])
    right, total = 0, 0.0
    for rank, (query, landmark, _) in enumerate(ranked, start=1):
        if _is_right(landmark, truth[query], rules):
            right += 1
            total += _gain(truediv, right, rank, rules)
    return total / _divisor(case, rules)


def _text_key(confidence: float) -> tuple[int, ...]:
    return (*(-ord(letter) for letter in str(confidence)), 0)


def _in_tie_order(rows: list[Any], case: ScoringCase, rules: ScorerRules, *, lucky: bool) -> list[Any]:
    """Return the rows sorted so that a stable sort by confidence leaves ties in the order of the rules."""
    truth = dict(case.ground_truth)
    order = [*truth]
    return {
        "id": lambda: sorted(rows),
        "id backwards": lambda: sorted(rows, reverse=True),
        "file": lambda: rows,
        "file backwards": lambda: rows[::-1],
        "ground truth file": lambda: sorted(rows, key=lambda row: order.index(row[0])),
        "any": lambda: sorted(rows, key=lambda row: _is_right(row[1], truth[row[0]], rules) != lucky),
    }[rules.ties]()


def _is_right(landmark: int, shown: Sequence[int], rules: ScorerRules) -> bool:
    return landmark in (shown if rules.several == "any" else shown[:1])


def _divisor(case: ScoringCase, rules: ScorerRules) -> int:
    """Return what the sum of a recognition score is divided by."""
    listed = dict(case.submission)
    if rules.divisor == "answers":
        return len(case.answers)
    if rules.divisor == "queries":
        return len(case.ground_truth)
    return sum(bool(shown) and _is_counted(query, listed, rules) for query, shown in case.ground_truth)


def _top1_accuracy(case: ScoringCase, rules: ScorerRules) -> float:
    answered = [(case.answers[query][0], shown) for query, shown in case.ground_truth if query in case.answers]
    return sum(_is_right(landmark, shown, rules) for landmark, shown in answered) / _divisor(case, rules)
