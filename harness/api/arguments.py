"""Checks of arguments that the command line makes by the types of its options."""

from math import inf
from typing import get_args

import numpy as np

from harness.data.competition import TASKS
from harness.errors import HarnessError
from harness.running.budget import parse_duration


def require_task(task: object) -> None:
    """Raise HarnessError unless the task is None, retrieval or recognition.

    >>> require_task("detection")
    Traceback (most recent call last):
    harness.errors.HarnessError: 'detection' is no task; choose retrieval or recognition, or leave it out
    """
    if task is not None and task not in TASKS:
        raise HarnessError(f"{task!r:.80} is no task; choose {' or '.join(TASKS)}, or leave it out")


def require_count(**counts: int | None) -> None:
    """Raise HarnessError unless each argument is None or a whole number of at least 1.

    >>> require_count(jobs=0)
    Traceback (most recent call last):
    harness.errors.HarnessError: jobs=0: must be at least 1
    """
    for name, count in counts.items():
        if count is None:
            continue
        if isinstance(count, bool) or not isinstance(count, int | np.integer):
            raise HarnessError(f"{name}={count!r:.80}: must be a whole number")
        if count < 1:
            raise HarnessError(f"{name}={count!r:.80}: must be at least 1")


def require_limits(**limits: float | None) -> None:
    """Raise HarnessError unless each argument is None or a number above 0.

    >>> require_limits(memory_mb="4GB")
    Traceback (most recent call last):
    harness.errors.HarnessError: memory_mb='4GB': must be a number above 0
    """
    for name, value in limits.items():
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if value is not None and not (number and value > 0):
            raise HarnessError(f"{name}={value!r:.80}: must be a number above 0")


def require_mode(sandbox: object) -> None:
    """Raise HarnessError for a mode of the sandbox that does not exist, and for one that this system cannot keep.

    >>> require_mode("on")
    Traceback (most recent call last):
    harness.errors.HarnessError: sandbox='on': must be 'auto', 'require' or 'off'
    """
    from harness.sandbox.policy import MODES
    from harness.sandbox.restriction import require_sandbox

    if sandbox not in MODES:
        raise HarnessError(f"sandbox={sandbox!r:.80}: must be 'auto', 'require' or 'off'")
    require_sandbox(sandbox)


def require_choice(name: object, best: object) -> None:
    """Raise HarnessError without a name or a rule, and for a rule other than public and folds.

    >>> require_choice(None, "private")
    Traceback (most recent call last):
    harness.errors.HarnessError: best='private': must be 'public' or 'folds'
    """
    from harness.delivery.choose_entry import Rule

    if name is None and best is None:
        raise HarnessError("name a solution such as 'hash', an entry such as '#12', or use best='public' or 'folds'")
    if best is not None and best not in get_args(Rule):
        raise HarnessError(f"best={best!r:.80}: must be {' or '.join(map(repr, get_args(Rule)))}")


def budget_seconds(budget: str | float | None) -> float | None:
    """Return a budget in seconds, given as "2h", "90m" or "1h30m", or as a number of seconds.

    >>> budget_seconds("90m"), budget_seconds(2.5), budget_seconds(None)
    (5400.0, 2.5, None)
    """
    if budget is None:
        return None
    if isinstance(budget, str):
        return parse_duration(budget)
    if isinstance(budget, bool) or not isinstance(budget, int | float) or not 0 < budget < inf:
        raise HarnessError(f"budget={budget!r:.80}: must be a duration such as '2h', or seconds")
    return float(budget)
