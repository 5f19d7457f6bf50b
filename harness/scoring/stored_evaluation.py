"""Convert an Evaluation to the per-query arrays stored with an entry, and back to a judgement.

Bootstrap, comparison and shake-up work on these arrays.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.scoring.evaluate import Evaluation, part_masks
from metrics import Judgement, Metric, QueryValues, RecognitionJudgement, intervals

QueryArrays = Mapping[str, np.ndarray]  # name -> (n,); the names of arrays other than metrics begin with a dot

_PUBLIC = ".public"
_FLAGS = "landmark", "answered", "correct"


def to_arrays(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """Return the value of each metric for each query, the part of the query, and for recognition the inputs of GAP."""
    arrays = evaluation.per_query | {_PUBLIC: evaluation.usage == "Public"}
    judgement = evaluation.judgement
    if isinstance(judgement, RecognitionJudgement):
        arrays |= {f".{name}": getattr(judgement, name) for name in (*_FLAGS, "confidence")}
    return arrays


def from_arrays(metric: Metric, query_ids: np.ndarray, values: QueryArrays, part: str = "all") -> Judgement:
    """Return a judgement of the queries of a part that suffices for the metric; raise KeyError for a missing array."""
    judgement: Judgement
    if not metric.independent:  # only recognition has such metrics
        flags = {name: values[f".{name}"].astype(bool) for name in _FLAGS}
        judgement = RecognitionJudgement(query_ids, **flags, confidence=values[".confidence"])
    else:
        judgement = QueryValues(query_ids, values[metric.name])
    return judgement if part == "all" else judgement.select(public_queries(values) == (part == "public"))


def required_arrays(metric: Metric) -> list[str]:
    """Return the names of the arrays that `from_arrays` and `public_queries` read.

    >>> from metrics import metric
    >>> required_arrays(metric("map@100"))
    ['.public', 'map@100']
    """
    own = [metric.name] if metric.independent else [f".{name}" for name in (*_FLAGS, "confidence")]
    return [_PUBLIC, *own]


def public_queries(values: QueryArrays) -> np.ndarray:
    """Return a mask `(n,)` of the public queries; raise KeyError if an older version did not store it."""
    return np.asarray(values[_PUBLIC].astype(bool))


def score_intervals(evaluation: Evaluation, *, seed: int = 0) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the 95 % interval of every score: part -> metric -> (low, high); empty for a part without queries."""
    metrics, masks = evaluation.metrics, part_masks(evaluation.usage)
    return {part: intervals(metrics, evaluation.judgement.select(mask), seed=seed) for part, mask in masks.items()}


def part_intervals(evaluation: Evaluation) -> dict[str, tuple[float, float]]:
    """Return the interval of the ranking score, part -> (low, high), for the public and the private queries.

    The interval for 'all' is included only if every query belongs to one part; otherwise 'all' never ranks.
    """
    metric, arrays = evaluation.metrics[0], to_arrays(evaluation)
    bounds_of: dict[str, tuple[float, float]] = {}
    for part in ("public", "private"):
        judgement = from_arrays(metric, evaluation.query_ids, arrays, part)
        bounds = intervals([metric], judgement).get(metric.name)
        if bounds:
            is_all = len(judgement.query_ids) == len(evaluation.query_ids)
            bounds_of |= dict.fromkeys([part, "all"] if is_all else [part], bounds)
    return bounds_of
