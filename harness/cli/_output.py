"""What the commands print: JSON for programs, text and progress bars for people."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.progress import unheard

if TYPE_CHECKING:
    from harness.progress import Listener

_PATIENCE_S = 1.0  # what is over sooner shows no bar


def print_json(document: object) -> None:
    """Print one JSON document; NaN and infinity become null."""
    sys.stdout.write(json.dumps(_finite(document), indent=1, ensure_ascii=True, default=str) + "\n")


def say(text: str) -> None:
    """Print a line for people, on standard output."""
    sys.stdout.write(f"{_visible(text)}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a line for people on standard error, where it disturbs no pipe."""
    sys.stderr.write(f"{_visible(text)}\n")


@contextmanager
def progress() -> Iterator[Callable[[str], Listener]]:
    """Give a function that makes a listener for each named job; bars show on a terminal, after a second."""
    if not sys.stderr.isatty():
        yield lambda _: unheard
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    begun = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[tuple[str, str], object] = {}

        def listener(name: str) -> Listener:
            def hear(what: str, done: int, total: int | None) -> None:
                if time.monotonic() - begun < _PATIENCE_S:
                    return
                key = (name, what)
                if key not in tasks:
                    tasks[key] = bars.add_task(f"{name}: {what}" if name else what, total=total)
                bars.update(tasks[key], completed=done, total=total, visible=done != total)  # type: ignore[arg-type]

            return hear

        yield listener


def number(score: float | None) -> str:
    """Return a score in five digits, a dash for none."""
    return "-" if score is None else f"{score:.5f}"


def _finite(document: object) -> object:
    if isinstance(document, float):
        return document if math.isfinite(document) else None
    if isinstance(document, dict):
        return {key: _finite(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(value) for value in document]
    return document


def _visible(text: str) -> str:
    """Return text in which nothing can steer a terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else ascii(letter)[1:-1] for letter in text)
