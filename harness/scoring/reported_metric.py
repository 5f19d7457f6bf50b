"""The metric of a name among those with which entries are stored."""

from harness.errors import HarnessError
from metrics import Metric, Task, metric, metrics_of


def reported_metric(name: str | None, task: Task) -> Metric:
    """Return the reported metric of a task by any usual spelling of its name, or the ranking metric for None.

    Raises HarnessError for a metric that entries of the task do not have.

    >>> reported_metric("mAP", "retrieval"), reported_metric(None, "recognition")
    (map@100, gap)
    """
    reported = metrics_of(task)
    if name is None:
        return reported[0]
    try:
        chosen = metric(name)
    except ValueError:
        chosen = None
    if chosen not in reported:
        raise HarnessError(f"{name!r:.60} is not a metric of {task}; choose one of {', '.join(map(str, reported))}")
    return chosen
