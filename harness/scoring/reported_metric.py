"""The metric of a name among those with which entries are stored."""

from collections.abc import Iterable

from harness.errors import HarnessError
from leaderboard import BoardRow, FoldRow
from leaderboard.order import Rankable
from leaderboard.rendering.format_cells import metric_label
from metrics import COMPLETE_METRICS, PROTOCOL_METRICS, Metric, Task, metric, metrics_of
from metrics.registry import nearest_metric_name, spelling_key


def reported_metric(name: str | None, task: Task, reported: tuple[Metric, ...] | None = None) -> Metric:
    """Return the reported metric of a task by any usual spelling of its name, or the ranking metric for None.

    `reported` are the metrics of the competition (see `Competition.metrics`); by default those of Kaggle's challenges.
    Raises HarnessError for a metric that entries of the task do not have.

    >>> reported_metric("mAP", "retrieval"), reported_metric(None, "recognition")
    (map@100, gap)
    >>> from metrics import COMPLETE_METRICS, PROTOCOL_METRICS
    >>> reported_metric("mAP", "retrieval", COMPLETE_METRICS), reported_metric("mAP H", "retrieval", PROTOCOL_METRICS)
    (trapezoid_map, map_hard)
    """
    reported = metrics_of(task) if reported is None else reported
    if name is None:
        return reported[0]
    labels = {spelling_key(metric_label(each.name)): each for each in reported}
    chosen = labels.get(spelling_key(name)) or _metric(name)
    if chosen is None or chosen not in reported:
        names = [metric_label(each.name) if needs_complete_rankings(each) else each.name for each in reported]
        nearest = None if _metric(name) else nearest_metric_name(name, names)
        advice = f"did you mean {nearest!r}?" if nearest else f"choose one of {', '.join(names)}"
        raise HarnessError(f"{name!r:.60} is not a metric of {task}; {advice}")
    return chosen


def _metric(name: str) -> Metric | None:
    try:
        return metric(name)
    except ValueError:
        return None


def metric_family(metric: Metric) -> tuple[Metric, ...]:
    """Return the metrics that are reported together with one; the first ranks leaderboards.

    >>> from metrics import metric
    >>> metric_family(metric("map_hard"))[:3]
    (map_medium, map_hard, map_easy)
    """
    families = (family for family in (PROTOCOL_METRICS, COMPLETE_METRICS) if metric in family)
    return next(families, metrics_of(metric.task))


def needs_complete_rankings(metric: Metric) -> bool:
    """Return whether a metric is one of Oxford, Paris and Holidays, which rank the whole index."""
    return metric in (*COMPLETE_METRICS, *PROTOCOL_METRICS)


def ranking_metric(entries: Iterable[Rankable], task: Task) -> Metric:
    """Return the metric that the scored entries of a board name, or that of Kaggle's challenges if there are none."""
    return _first_metric((entry.metric for entry in entries if entry.status == "scored"), task)


def board_metric(rows: Iterable[BoardRow | FoldRow], task: Task) -> Metric:
    """Return the metric by which the rows of a board are ranked."""
    return _first_metric((row.metric for row in rows), task)


def _first_metric(names: Iterable[str | None], task: Task) -> Metric:
    named = next((name for name in names if name), None)
    return (named and _metric(named)) or metrics_of(task)[0]
