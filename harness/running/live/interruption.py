"""Interrupt another process as Ctrl-C does, and never one that has got its number since."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def interrupt(process: int, is_same: Callable[[], bool]) -> bool:
    """Send SIGINT to a process, or SIGTERM if it ignores that; return False if it has ended or is not the same."""
    try:
        if hasattr(os, "pidfd_open"):
            _interrupt_by_descriptor(process, is_same)
        elif is_same():
            os.kill(process, signal.SIGINT)
    except OSError:
        return False
    return True


def _interrupt_by_descriptor(process: int, is_same: Callable[[], bool]) -> None:
    descriptor = os.pidfd_open(process)  # from here on the number stands for this process
    try:
        if not is_same():
            raise ProcessLookupError
        signal.pidfd_send_signal(descriptor, signal.SIGTERM if _ignores_interrupts(process) else signal.SIGINT)
    finally:
        os.close(descriptor)


def _ignores_interrupts(process: int) -> bool:
    """Return whether a process ignores SIGINT, as one that a shell has started in the background does."""
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("SigIgn:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGINT - 1) & 1)
    return False
