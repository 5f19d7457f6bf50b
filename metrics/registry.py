"""The registry of metrics: it finds the metric classes in this package's modules, and a metric by its name."""

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from sys import modules
from typing import get_args

from metrics.base import CompleteRankingMetric, Metric, RetrievalMetric, Task


def _metric_classes() -> Iterator[type[Metric]]:
    """Yield the concrete metric classes of this package; modules that need numba are not imported for that."""
    for module in iter_modules(modules[__package__].__path__):
        if not module.ispkg and module.name not in ("jit", "kernels"):
            values = vars(import_module(f"{__package__}.{module.name}")).values()
            kinds = [kind for kind in values if isinstance(kind, type) and issubclass(kind, Metric)]
            yield from (kind for kind in kinds if kind.__module__.endswith(f".{module.name}") and not isabstract(kind))


METRIC_CLASSES = tuple(sorted(_metric_classes(), key=lambda kind: (kind.position, kind.__name__)))
_REPORTED = [kind(**options) for kind in METRIC_CLASSES for options in kind.reported]
COMPLETE_METRICS = tuple(each for each in _REPORTED if isinstance(each, CompleteRankingMetric))
METRICS: dict[str, Metric] = {
    each.name: each
    for task in get_args(Task)
    for each in _REPORTED
    if each.task == task and each not in COMPLETE_METRICS
}
_BY_NAME = METRICS | {
    each.name: each for each in (kind(**options) for kind in METRIC_CLASSES for options in kind.selectable)
}
_BY_PREFIX = {kind.prefix: kind for kind in METRIC_CLASSES if issubclass(kind, RetrievalMetric)}


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """The metrics reported for a task; leaderboards rank by the first.

    >>> metrics_of("recognition")
    (gap, top1_accuracy)
    """
    return tuple(each for each in METRICS.values() if each.task == task)


def metric(name: str) -> Metric:
    """The metric of a name: one of `METRICS`, a retrieval metric at any cut-off, or `gap_landmarks_only`.

    Raises ValueError, with the nearest name, for any other.

    >>> metric("map@5"), metric("gap")
    (map@5, gap)
    """
    prefix, _, k = name.partition("@")
    if prefix in _BY_PREFIX and k.isdecimal():
        return _BY_PREFIX[prefix](int(k))
    if name in _BY_NAME:
        return _BY_NAME[name]
    nearest = get_close_matches(name.lower(), _BY_NAME, n=1)
    advice = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(_BY_NAME)}"
    raise ValueError(f"no metric is called {name!r}; {advice}")
