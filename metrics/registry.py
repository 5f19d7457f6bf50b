"""The registry of metrics: it finds the metric classes in this package's modules, and a metric by its name."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from re import fullmatch, sub
from sys import modules
from typing import get_args

from metrics.base import CompleteRankingMetric, Metric, RetrievalMetric, Task
from metrics.protocol_metrics import ProtocolMetric


def _metric_classes() -> Iterator[type[Metric]]:
    """Yield the concrete metric classes of this package; modules that need numba are not imported for that."""
    for module in iter_modules(modules[__package__].__path__):
        if not module.ispkg and module.name not in ("jit", "kernel_cache", "kernel_folders", "kernels"):
            values = vars(import_module(f"{__package__}.{module.name}")).values()
            kinds = [kind for kind in values if isinstance(kind, type) and issubclass(kind, Metric)]
            yield from (kind for kind in kinds if kind.__module__.endswith(f".{module.name}") and not isabstract(kind))


METRIC_CLASSES = tuple(sorted(_metric_classes(), key=lambda kind: (kind.position, kind.__name__)))
_REPORTED = [kind(**options) for kind in METRIC_CLASSES for options in kind.reported]
COMPLETE_METRICS = tuple(each for each in _REPORTED if isinstance(each, CompleteRankingMetric))
PROTOCOL_METRICS = tuple(each for each in _REPORTED if isinstance(each, ProtocolMetric))
METRICS: dict[str, Metric] = {
    each.name: each
    for task in get_args(Task)
    for each in _REPORTED
    if each.task == task and each not in (*COMPLETE_METRICS, *PROTOCOL_METRICS)
}
_BY_NAME = {each.name: each for each in (*METRICS.values(), *COMPLETE_METRICS, *PROTOCOL_METRICS)} | {
    each.name: each for each in (kind(**options) for kind in METRIC_CLASSES for options in kind.selectable)
}


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """The metrics reported for a task; leaderboards rank by the first.

    >>> metrics_of("recognition")
    (gap, top1_accuracy)
    """
    return tuple(each for each in METRICS.values() if each.task == task)


def metric(name: str) -> Metric:
    """The metric of a name: one of `METRICS`, a retrieval metric at any cut-off, or `gap_landmarks_only`.

    Any usual spelling is read: case, blanks, hyphens and underscores do not matter (see `spelling_key`). Without a
    cut-off it is the reported one, as in `mAP` for `map@100`; `precision` needs one, because several are reported.

    Raises ValueError, with the nearest name, for any other.

    >>> metric("map@5"), metric("gap"), metric("mAP"), metric("P@10"), metric("Top-1 accuracy")
    (map@5, gap, map@100, precision@10, top1_accuracy)
    """
    key = spelling_key(name)
    key = _SYNONYMS.get(key, key)
    if key in _BY_KEY:
        return _BY_KEY[key]
    parts = fullmatch(r"(\D+?)(?:@|at)?(\d{1,9})", key)
    kind = _BY_PREFIX.get(_SYNONYMS.get(parts[1], parts[1])) if parts else None
    if parts and kind:
        return kind(int(parts[2]))
    nearest = nearest_metric_name(name, _BY_NAME)
    advice = f"did you mean {nearest!r}?" if nearest else f"there are {', '.join(_BY_NAME)}"
    raise ValueError(f"no metric is called {name!r:.60}; {advice}")


def nearest_metric_name(name: str, names: Iterable[str]) -> str | None:
    """The most similar of some names of metrics, with or without its cut-off; None if no name is similar.

    >>> nearest_metric_name("mapp", ["precision@1", "map@100"]), nearest_metric_name("zzz", ["map@100"])
    ('map@100', None)
    """
    by_key: dict[str, str] = {}
    for each in names:
        key = spelling_key(each)
        by_key.setdefault(key.partition("@")[0], each)
        by_key[key] = each
    nearest = get_close_matches(spelling_key(name[:80]), by_key, n=1)
    return by_key[nearest[0]] if nearest else None


def spelling_key(name: str) -> str:
    """A key that is equal for the usual spellings of a metric's name.

    Letters become small; blanks, underscores and hyphens are left out, but not a hyphen before a number.

    >>> spelling_key("mAP@100"), spelling_key("Median first-hit @ 100"), spelling_key("map@-1")
    ('map@100', 'medianfirsthit@100', 'map@-1')
    """
    return sub(r"(?<=[^@\W])-", "", "".join(name.casefold().replace("_", " ").split()))


_SYNONYMS = {  # the key of another name in the literature -> the key of ours
    "meanaverageprecision": "map",
    "globalaverageprecision": "gap",
    "microap": "gap",
    "\N{GREEK SMALL LETTER MU}ap": "gap",
    "normalizeddcg": "ndcg",
    "p": "precision",
    "mp": "precision",
    "meanprecision": "precision",
    "top1": "top1accuracy",
    "accuracy": "top1accuracy",
}
_BY_PREFIX = {spelling_key(kind.prefix): kind for kind in METRIC_CLASSES if issubclass(kind, RetrievalMetric)}
_BY_KEY = (
    {spelling_key(name): each for name, each in _BY_NAME.items()}
    | {spelling_key(each.name).replace(each.protocol, each.protocol[0]): each for each in PROTOCOL_METRICS}
    | {prefix: kind(**kind.reported[0]) for prefix, kind in _BY_PREFIX.items() if len(kind.reported) == 1}
)
