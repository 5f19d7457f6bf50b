"""System calls of Linux for supervision: adoption of orphans, an end with the parent, precedence, a number of tasks.

The supervisor imports this module, so it uses the standard library only.
"""

import ctypes
import os
import resource
import signal
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def adopt_orphans() -> None:
    """Make this process the parent of all its descendants whose own parent ends (a subreaper), instead of init."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that started it ends, however that ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def take_precedence() -> None:
    """Let this process, but not its children, run before all others, where it has the right to (CAP_SYS_NICE)."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def limit_tasks(number: int) -> None:
    """Let this process and its descendants start so many processes and threads at most; no limit for root."""
    with open("/proc/loadavg", "rb") as file:
        running = int(file.read().split()[3].split(b"/")[1])  # of all users; RLIMIT_NPROC counts those of this one
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    wanted = running + number
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_NPROC, (wanted if soft < 0 else min(soft, wanted), wanted))


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
