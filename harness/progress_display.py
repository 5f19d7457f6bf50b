"""Progress bars of several jobs: on a terminal, in a notebook, or nowhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from threading import Lock
from typing import Any

from harness.progress import ListenerFactory, ProgressListener, ignore_progress
from leaderboard.safe_text import shorten

_DELAY_S = 1.0  # seconds before bars appear
_INTERVAL_S = 0.2  # seconds between two updates of a notebook
_NAME_LENGTH = 60  # characters


@contextmanager
def progress() -> Iterator[ListenerFactory]:
    """Yield a function from job names to progress listeners, which draw bars after a second.

    Bars are drawn in a notebook, or on standard error if it is a terminal; they disappear at the end.
    """
    if in_notebook():
        with _notebook_bars() as listener:
            yield listener
    elif sys.stderr.isatty():
        with _terminal_bars() as listener:
            yield listener
    else:
        yield lambda _: ignore_progress


def in_notebook() -> bool:
    """Return whether the output of this process goes to a notebook; IPython is not imported for that."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


@contextmanager
def _terminal_bars() -> Iterator[ListenerFactory]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    start = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[tuple[str, str], object] = {}

        def listener(name: str) -> ProgressListener:
            def update(what: str, done: int, total: int | None) -> None:
                if time.monotonic() - start < _DELAY_S:
                    return
                key = (name, what)
                if key not in tasks:
                    tasks[key] = bars.add_task(f"{name}: {what}" if name else what, total=total)
                bars.update(tasks[key], completed=done, total=total, visible=done != total)  # type: ignore[arg-type]

            return update

        yield listener


@contextmanager
def _notebook_bars() -> Iterator[ListenerFactory]:
    """Yield listeners that update one output of the cell; it needs no widgets."""
    from IPython.display import HTML, display

    bars: dict[tuple[str, str], tuple[int, int | None]] = {}
    lock, handle, last = Lock(), None, time.monotonic() + _DELAY_S - _INTERVAL_S

    def listener(name: str) -> ProgressListener:
        def update(what: str, done: int, total: int | None) -> None:
            nonlocal handle, last
            with lock:
                bars[name, what] = (done, total)
                if time.monotonic() - last < _INTERVAL_S:
                    return
                last, content = time.monotonic(), HTML(bars_html(bars))
                if handle is None:
                    handle = display(content, display_id=True)
                else:
                    handle.update(content)

        return update

    try:
        yield listener
    finally:
        if handle is not None:
            handle.update(HTML(""))


def bars_html(bars: dict[tuple[str, str], tuple[int, int | None]]) -> str:
    """Return the unfinished bars as HTML; the keys are job and stage, the values the items done and in all."""
    rows = []
    for (name, what), (done, total) in bars.items():
        if done != total:
            label = escape(shorten(f"{name}: {what}" if name else what, _NAME_LENGTH))
            size = f' value="{done}" max="{total}"' if total else ""
            count = f"{done}/{total}" if total else str(done)
            rows.append(f"<div><progress{size}></progress> <code>{count} {label}</code></div>")
    return "".join(rows)
