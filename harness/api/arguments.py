"""Checks of arguments that the command line makes by the types of its options."""

from harness.data.competition import TASKS
from harness.errors import HarnessError


def require_task(task: object) -> None:
    """Raise HarnessError unless the task is None, retrieval or recognition.

    >>> require_task("detection")
    Traceback (most recent call last):
    harness.errors.HarnessError: 'detection' is no task; choose retrieval or recognition, or leave it out
    """
    if task is not None and task not in TASKS:
        raise HarnessError(f"{task!r:.80} is no task; choose {' or '.join(TASKS)}, or leave it out")


def require_count(**counts: int | None) -> None:
    """Raise HarnessError unless each number is None or at least 1.

    >>> require_count(jobs=0)
    Traceback (most recent call last):
    harness.errors.HarnessError: jobs=0: must be at least 1
    """
    for name, count in counts.items():
        if count is not None and count < 1:
            raise HarnessError(f"{name}={count!r:.80}: must be at least 1")
