"""The table of the documentation that sets all metrics side by side, on inputs that tell each pair apart."""

from collections.abc import Callable, Iterable, Mapping
from math import isnan

from metrics.base import Metric
from metrics.complete_judgement import judge_complete
from metrics.judgement import judge_recognition, judge_retrieval
from metrics.registry import metric
from metrics.revisited_precision import RevisitedPrecision
from metrics.testing.cases import World, recognition_world, retrieval_world
from metrics.testing.mistaken_scorers import Rules, faulty_range
from metrics.testing.strategies import relevant_images
from metrics.trapezoid_average_precision import TrapezoidAveragePrecision

Definition = tuple[str, str, Callable[[World], float]]  # name, what it is, its score

RETRIEVAL_WORLDS: Mapping[str, World] = {
    "hits at ranks 1 and 3 of 2 relevant images": retrieval_world({"q": "a b"}, {"q": "a x b"}),
    "100 hits, 200 relevant images": World("retrieval", (("q", relevant_images(200)),), (("q", relevant_images(100)),)),
    "the first hit repeated: a a b of a, b": retrieval_world({"q": "a b"}, {"q": "a a b"}),
    "an image to be ignored above the only hit": retrieval_world({"q": "a"}, {"q": "ignored a"}),
    "three queries: hit at rank 1, hit at rank 3, unanswered": retrieval_world(
        {"q": "a", "r": "a", "s": "a"}, {"q": "a", "r": "x y a"}
    ),
}
RECOGNITION_WORLDS: Mapping[str, World] = {
    "right, an answer where there is no landmark, right": recognition_world(
        {"q": (7,), "r": (), "s": (8,)}, {"q": (7, 0.9), "r": (7, 0.7), "s": (8, 0.5)}
    ),
    "equally confident: wrong, then right by id": recognition_world(
        {"q": (7,), "r": (8,)}, {"q": (9, 0.5), "r": (8, 0.5)}
    ),
}


def definitions(worlds: Mapping[str, World]) -> list[Definition]:
    """The metrics of the worlds' task, and what other fields call mAP, each with its score of a world."""
    if worlds is RECOGNITION_WORLDS:
        gap, landmarks_only, top1 = (_own(metric(name)) for name in ("gap", "gap_landmarks_only", "top1_accuracy"))
        return [
            gap,
            (landmarks_only[0], "the same, answers where there is no landmark left out", landmarks_only[2]),
            top1,
        ]
    kinds = ("map", "precision", "recall", "mean_first_hit", "median_first_hit")
    official, *others = (_own(metric(f"{kind}@100")) for kind in kinds)
    area, head = _own(TrapezoidAveragePrecision()), _own(RevisitedPrecision(10))
    by_r = _foreign("mAP ÷ R", "ranx: the same sum divided by the number of relevant images", Rules(divisor="R"))
    by_k = _foreign("mAP ÷ k", "a helper of 2019's winners: the same sum divided by k", Rules(divisor="k"))
    return [official, by_r, area, by_k, *others, head]


def side_by_side() -> str:
    """Both tables in Markdown: a row for each metric, a column for each input, computed by the metrics themselves.

    >>> print(side_by_side().splitlines()[2])
    | `map@100` | average precision among the first `k` ranks | 0.8333 | 1 | 0.8333 | 0.5 | 0.4444 |
    """
    return "\n".join([*_table(RETRIEVAL_WORLDS, "ABCDE"), "", *_table(RECOGNITION_WORLDS, "FG"), ""])


def _table(worlds: Mapping[str, World], letters: str) -> Iterable[str]:
    yield f"| score | definition | {' | '.join(letters)} |"
    yield f"|---|---|{'--:|' * len(letters)}"
    for name, words, score in definitions(worlds):
        yield f"| {name} | {words} | {' | '.join(_number(score(world)) for world in worlds.values())} |"
    yield ""
    yield "; ".join(f"{letter}: {words}" for letter, words in zip(letters, worlds, strict=True)) + "."


def _number(score: float) -> str:
    return "refused" if isnan(score) else f"{score:.4f}".rstrip("0").rstrip(".")


def _own(metric: Metric) -> Definition:
    words = (metric.__doc__ or "").split(", in [")[0].replace("\n    ", " ")
    for opening in ("Mean over all queries of the ", "Mean over the queries with a relevant image of the "):
        words = words.removeprefix(opening)
    return f"`{metric}`", words[0].lower() + words[1:], lambda world: _score(metric, world)


def _foreign(name: str, words: str, rules: Rules) -> Definition:
    return name, words, lambda world: faulty_range(metric("map@100"), world, rules)[0]


def _score(metric: Metric, world: World) -> float:
    if world.task == "recognition":
        return metric.score(judge_recognition(world.answers, world.truth))
    if not isinstance(metric, TrapezoidAveragePrecision | RevisitedPrecision):
        return metric.score(judge_retrieval(world.answers, world.truth))
    try:
        return metric.score(judge_complete(world.answers, world.truth, {query: {"ignored"} for query in world.truth}))
    except ValueError:  # a complete ranking has no repeats
        return float("nan")
