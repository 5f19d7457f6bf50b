"""Limits on the processor time and the memory of the process that scores uploaded files."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY_SHARE = 0.5  # of the machine, for one worker
LEAST_MEMORY = 1 << 30  # bytes


@contextmanager
def limited_cpu(seconds: float) -> Iterator[None]:
    """End this process by SIGPROF if the block takes more processor time."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_memory() -> None:
    """Let allocations fail beyond the share of a worker, and let the kernel end the worker before the server."""
    with suppress(OSError, ValueError, AttributeError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = max(LEAST_MEMORY, int(MEMORY_SHARE * memory))
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
