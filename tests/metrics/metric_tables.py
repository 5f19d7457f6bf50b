"""The table of all metrics in docs/scores.md, on inputs on which every two metrics differ."""

from collections.abc import Callable, Iterable, Mapping
from math import isnan

from metrics.base import CompleteRankingMetric, Metric
from metrics.complete_judgement import judge_complete
from metrics.judgement import judge_recognition, judge_retrieval
from metrics.registry import METRICS, metric
from metrics.revisited_precision import RevisitedPrecision
from metrics.testing.cases import ScoringCase, recognition_case, retrieval_case
from metrics.testing.mistaken_scorers import ScorerRules, mistaken_score_range
from metrics.testing.strategies import relevant_images
from metrics.trapezoid_average_precision import TrapezoidAveragePrecision

Definition = tuple[str, str, Callable[[ScoringCase], float]]  # name, what it is, its score

RETRIEVAL_CASES: Mapping[str, ScoringCase] = {
    "hits at ranks 1 and 3 of 2 relevant images": retrieval_case({"q": "a b"}, {"q": "a x b"}),
    "100 hits, 200 relevant images": ScoringCase(
        "retrieval", (("q", relevant_images(200)),), (("q", relevant_images(100)),)
    ),
    "the first hit repeated: a a b of a, b": retrieval_case({"q": "a b"}, {"q": "a a b"}),
    "an image to be ignored above the only hit": retrieval_case({"q": "a"}, {"q": "ignored a"}),
    "three queries: hit at rank 1, hit at rank 3, unanswered": retrieval_case(
        {"q": "a", "r": "a", "s": "a"}, {"q": "a", "r": "x y a"}
    ),
}
RECOGNITION_CASES: Mapping[str, ScoringCase] = {
    "right, an answer where there is no landmark, right": recognition_case(
        {"q": (7,), "r": (), "s": (8,)}, {"q": (7, 0.9), "r": (7, 0.7), "s": (8, 0.5)}
    ),
    "equally confident: wrong, then right by id": recognition_case(
        {"q": (7,), "r": (8,)}, {"q": (9, 0.5), "r": (8, 0.5)}
    ),
}


def definitions(cases: Mapping[str, ScoringCase]) -> list[Definition]:
    """Return the metrics of the cases' task, and other definitions of mAP, each with its score of a case."""
    if cases is RECOGNITION_CASES:
        gap, landmarks_only, top1 = (
            _definition(metric(name)) for name in ("gap", "gap_landmarks_only", "top1_accuracy")
        )
        return [
            gap,
            (landmarks_only[0], "GAP without the answers to queries that show no landmark", landmarks_only[2]),
            top1,
        ]
    official, *others = (_definition(each) for each in METRICS.values() if each.name.endswith("@100"))
    area, head = _definition(TrapezoidAveragePrecision()), _definition(RevisitedPrecision(10))
    by_r = _other_map(
        "mAP ÷ R", "ranx: the same sum divided by the number of relevant images", ScorerRules(divisor="R")
    )
    by_k = _other_map("mAP ÷ k", "a helper of 2019's winners: the same sum divided by k", ScorerRules(divisor="k"))
    return [official, by_r, area, by_k, *others, head]


def metric_tables() -> str:
    """Return both tables in Markdown: a row for each metric, a column for each input.

    >>> print(metric_tables().splitlines()[2])
    | `map@100` | average precision among the first `k` ranks | 0.8333 | 1 | 0.8333 | 0.5 | 0.4444 |
    """
    return "\n".join([*_table(RETRIEVAL_CASES, "ABCDE"), "", *_table(RECOGNITION_CASES, "FG"), ""])


def _table(cases: Mapping[str, ScoringCase], letters: str) -> Iterable[str]:
    yield f"| score | definition | {' | '.join(letters)} |"
    yield f"|---|---|{'--:|' * len(letters)}"
    for name, words, score in definitions(cases):
        yield f"| {name} | {words} | {' | '.join(_number(score(case)) for case in cases.values())} |"
    yield ""
    yield "; ".join(f"{letter}: {words}" for letter, words in zip(letters, cases, strict=True)) + "."


def _number(score: float) -> str:
    return "refused" if isnan(score) else f"{score:.4f}".rstrip("0").rstrip(".")


def _definition(metric: Metric) -> Definition:
    words = (metric.__doc__ or "").split(", in [")[0].replace("\n    ", " ")
    for opening in ("Mean over all queries of the ", "Mean over the queries with a relevant image of the "):
        words = words.removeprefix(opening)
    return f"`{metric}`", words[0].lower() + words[1:], lambda case: _score(metric, case)


def _other_map(name: str, words: str, rules: ScorerRules) -> Definition:
    return name, words, lambda case: mistaken_score_range(metric("map@100"), case, rules)[0]


def _score(metric: Metric, case: ScoringCase) -> float:
    if case.task == "recognition":
        return metric.score(judge_recognition(case.answers, case.truth))
    if not isinstance(metric, CompleteRankingMetric):
        return metric.score(judge_retrieval(case.answers, case.truth))
    try:
        return metric.score(judge_complete(case.answers, case.truth, {query: {"ignored"} for query in case.truth}))
    except ValueError:  # a complete ranking has no repeats
        return float("nan")
