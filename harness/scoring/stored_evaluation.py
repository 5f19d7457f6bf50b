"""What an entry keeps of an evaluation: enough to draw from its queries and score them again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.scoring.evaluate import Evaluation
from metrics import (
    GlobalAveragePrecision,
    Judgement,
    Metric,
    QueryValues,
    RecognitionJudgement,
    intervals,
    metrics_of,
)

QueryArrays = Mapping[str, np.ndarray]  # name -> (n,); a dot begins the names of what is no metric

_PUBLIC = ".public"
_FLAGS = "landmark", "answered", "correct"


def to_arrays(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """Return the value of each query under each metric, its part, and by recognition what GAP is made of."""
    values = evaluation.per_query | {_PUBLIC: evaluation.usage == "Public"}
    judgement = evaluation.judgement
    if isinstance(judgement, RecognitionJudgement):
        values |= {f".{name}": getattr(judgement, name) for name in (*_FLAGS, "confidence")}
    return values


def from_arrays(metric: Metric, query_ids: np.ndarray, values: QueryArrays, part: str = "all") -> Judgement:
    """Return the judgement, as far as the metric needs it, of the queries of a part; KeyError for what was not kept."""
    judgement: Judgement
    if isinstance(metric, GlobalAveragePrecision):
        flags = {name: values[f".{name}"].astype(bool) for name in _FLAGS}
        judgement = RecognitionJudgement(query_ids, **flags, confidence=values[".confidence"])
    else:
        judgement = QueryValues(query_ids, values[metric.name])
    return judgement if part == "all" else judgement.select(public_queries(values) == (part == "public"))


def required_arrays(metric: Metric) -> list[str]:
    """Return what `rebuilt` and `public_queries` need of what was kept.

    >>> from metrics import metric
    >>> names_for(metric("map@100"))
    ['.public', 'map@100']
    """
    own = (
        [f".{name}" for name in (*_FLAGS, "confidence")]
        if isinstance(metric, GlobalAveragePrecision)
        else [metric.name]
    )
    return [_PUBLIC, *own]


def public_queries(values: QueryArrays) -> np.ndarray:
    """Return which queries are public `(n,)`; KeyError where an older landmark did not keep it."""
    public: np.ndarray = values[_PUBLIC].astype(bool)
    return public


def score_intervals(evaluation: Evaluation, *, seed: int = 0) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the interval of every score: part -> metric -> (low, high); none where no query of the part counts."""
    metrics = metrics_of(evaluation.task)
    usage = evaluation.usage
    masks = {"all": np.ones(len(usage), bool), "public": usage == "Public", "private": usage == "Private"}
    return {part: intervals(metrics, evaluation.judgement.select(mask), seed=seed) for part, mask in masks.items()}


def part_intervals(evaluation: Evaluation) -> dict[str, tuple[float, float]]:
    """Return the interval of the score that ranks, for the public and the private queries: part -> (low, high).

    That of all is there where all are of one part; where there are both parts it ranks nobody.
    """
    metric = metrics_of(evaluation.task)[0]
    values = to_arrays(evaluation)
    found: dict[str, tuple[float, float]] = {}
    for part in ("public", "private"):
        judgement = from_arrays(metric, evaluation.query_ids, values, part)
        bounds = intervals([metric], judgement).get(metric.name)
        if bounds:
            is_all = len(judgement.query_ids) == len(evaluation.query_ids)
            found |= dict.fromkeys([part, "all"] if is_all else [part], bounds)
    return found
