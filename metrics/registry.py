"""Which metrics there are, and how to get one by its name."""

from difflib import get_close_matches

from metrics.base import Metric, RetrievalMetric, Task
from metrics.first_hit import MeanFirstHit, MedianFirstHit
from metrics.global_average_precision import GlobalAveragePrecision
from metrics.mean_average_precision import MeanAveragePrecision
from metrics.precision import Precision
from metrics.recall import Recall
from metrics.top1_accuracy import Top1Accuracy

_BY_TASK: dict[Task, tuple[Metric, ...]] = {
    "retrieval": (
        MeanAveragePrecision(),
        *(Precision(k) for k in (1, 5, 10, 50, 100)),
        MeanFirstHit(),
        MedianFirstHit(),
        Recall(),
    ),
    "recognition": (GlobalAveragePrecision(), Top1Accuracy()),
}
_BY_PREFIX: dict[str, type[RetrievalMetric]] = {
    kind.prefix: kind for kind in (MeanAveragePrecision, Precision, MeanFirstHit, MedianFirstHit, Recall)
}

METRICS: dict[str, Metric] = {each.name: each for family in _BY_TASK.values() for each in family}
_NAMED = METRICS | {"gap_landmarks_only": GlobalAveragePrecision(ignore_non_landmark=True)}


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """The metrics reported for a task; leaderboards rank by the first.

    >>> metrics_of("recognition")
    (gap, top1_accuracy)
    """
    return _BY_TASK[task]


def metric(name: str) -> Metric:
    """The metric of that name: one of `METRICS`, a retrieval metric at any cut-off, or `gap_landmarks_only`.

    Raises ValueError, with the nearest name, for any other.

    >>> metric("map@5"), metric("gap")
    (map@5, gap)
    """
    prefix, _, k = name.partition("@")
    if prefix in _BY_PREFIX and k.isdecimal():
        return _BY_PREFIX[prefix](int(k))
    if name in _NAMED:
        return _NAMED[name]
    nearest = get_close_matches(name.lower(), _NAMED, n=1)
    advice = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(_NAMED)}"
    raise ValueError(f"no metric is called {name!r}; {advice}")
