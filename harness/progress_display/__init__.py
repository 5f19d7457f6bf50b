"""Progress of several jobs in one line: on a terminal, in a notebook, or once a minute in a log."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from harness.progress import ListenerFactory, ProgressListener
from harness.progress_display.notebook import NotebookLine, in_notebook
from harness.progress_display.summary import ProgressTracker
from harness.progress_display.terminal import log_lines, terminal_line

__all__ = ["in_notebook", "progress"]


@contextmanager
def progress() -> Iterator[ListenerFactory]:
    """Yield a function from job names to progress listeners; one line summarises all jobs.

    The line is drawn in a notebook, or on standard error if it is a terminal, and disappears at the end. Elsewhere
    standard error gets a line of text once a minute.
    """
    tracker = ProgressTracker()
    if in_notebook():
        with _notebook_line(tracker) as listener:
            yield listener
        return
    is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    with (terminal_line if is_terminal else log_lines)(tracker.summary):
        yield tracker.listener


@contextmanager
def _notebook_line(tracker: ProgressTracker) -> Iterator[ListenerFactory]:
    line = NotebookLine(tracker.summary)

    def listener(name: str) -> ProgressListener:
        update = tracker.listener(name)

        def update_and_draw(what: str, done: int, total: int | None) -> None:
            update(what, done, total)
            line.draw()

        return update_and_draw

    try:
        yield listener
    finally:
        line.erase()
