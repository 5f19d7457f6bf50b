"""The metric of a name among those with which entries are stored."""

from collections.abc import Iterable

from harness.errors import HarnessError
from leaderboard.order import Rankable
from leaderboard.rendering.format_cells import metric_label
from metrics import Metric, Task, metric, metrics_of
from metrics.registry import spelling_key


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
        raise HarnessError(f"{name!r:.60} is not a metric of {task}; choose one of {', '.join(map(str, reported))}")
    return chosen


def _metric(name: str) -> Metric | None:
    try:
        return metric(name)
    except ValueError:
        return None


def ranking_metric(entries: Iterable[Rankable], task: Task) -> Metric:
    """Return the metric that the scored entries of a board name, or that of Kaggle's challenges if there are none."""
    named = next((entry.metric for entry in entries if entry.status == "scored" and entry.metric), None)
    return (named and _metric(named)) or metrics_of(task)[0]
