"""Show progress as one line of a notebook's cell."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape
from threading import Lock
from typing import Any

from harness.progress_display.line import count_text, duration_text, label_text
from harness.progress_display.summary import ProgressSummary

DELAY_S, INTERVAL_S = 1.0, 0.2  # before the line appears, and between two drawings of it
_LABEL_WIDTH = 60  # characters


def in_notebook() -> bool:
    """Return whether the output of this process goes to a notebook; IPython is not imported for that."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class NotebookLine:
    """One output of a cell, which is updated at most five times a second; it needs no widgets."""

    def __init__(self, source: Callable[[], ProgressSummary | None]) -> None:
        self._source, self._lock, self._handle = source, Lock(), None
        self._next = time.monotonic() + DELAY_S

    def draw(self) -> None:
        """Draw the summary, unless it was drawn just before."""
        from IPython.display import HTML, display

        with self._lock:
            if time.monotonic() < self._next or (summary := self._source()) is None:
                return
            self._next = time.monotonic() + INTERVAL_S
            if self._handle is None:
                self._handle = display(HTML(line_html(summary)), display_id=True)
            else:
                self._handle.update(HTML(line_html(summary)))

    def erase(self) -> None:
        """Empty the output."""
        from IPython.display import HTML

        if self._handle is not None:
            self._handle.update(HTML(""))


def line_html(summary: ProgressSummary) -> str:
    """Return the summary as HTML: a bar, what is done, job and stage, the time left."""
    size = "" if summary.total is None else f' value="{summary.share:.4f}" max="1"'
    left = duration_text(summary.seconds_left)
    parts = [count_text(summary), label_text(summary, _LABEL_WIDTH), f"{left} left" if left else ""]
    return f"<div><progress{size}></progress> <code>{escape('  '.join(filter(None, parts)))}</code></div>"
