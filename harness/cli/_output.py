"""Print JSON, text and progress bars; write files."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.atomic_files import write_atomically
from harness.errors import HarnessError
from harness.progress import ignore_progress
from leaderboard.safe_text import make_printable

if TYPE_CHECKING:
    from harness.progress import ProgressListener

WHITESPACE = "\n\t"  # printed as it is
_DELAY_S = 1.0  # seconds before bars appear


def print_json(document: object) -> None:
    """Print a JSON document, with null for NaN and infinity."""
    sys.stdout.write(json.dumps(_finite(document), indent=1, ensure_ascii=True, default=str) + "\n")


def say(text: str) -> None:
    """Print a line on standard output, with control characters escaped."""
    sys.stdout.write(f"{make_printable(text, allowed=WHITESPACE)}\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a line on standard error, with control characters escaped."""
    sys.stderr.write(f"{make_printable(text, allowed=WHITESPACE)}\n")


def write_file(out: Path, text: str) -> None:
    """Write a UTF-8 file atomically; HarnessError if it cannot be written."""
    try:
        write_atomically(out, text)
    except OSError as error:
        raise HarnessError(f"{out}: cannot be written: {error.strerror or error}") from None


@contextmanager
def progress() -> Iterator[Callable[[str], ProgressListener]]:
    """Yield a function from job names to progress listeners; they draw bars on a terminal, after a second."""
    if not sys.stderr.isatty():
        yield lambda _: ignore_progress
        return
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


def format_score(score: float | None) -> str:
    """Return a score with five digits, a dash for None."""
    return "-" if score is None else f"{score:.5f}"


def _finite(document: object) -> object:
    if isinstance(document, float):
        return document if math.isfinite(document) else None
    if isinstance(document, dict):
        return {key: _finite(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(value) for value in document]
    return document
