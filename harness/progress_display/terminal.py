"""Show progress in one line of a terminal, below all that is printed meanwhile; or as rare lines of a log."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, RLock, Thread
from typing import Any, TextIO

from harness.progress_display.line import format_line, plain_line
from harness.progress_display.summary import ProgressSummary

_ERASE = "\r\x1b[K"
DELAY_S, INTERVAL_S = 0.5, 0.2  # before the line appears, and between two drawings of it
LOG_INTERVAL_S = 60.0  # between two lines of a log

Source = Callable[[], ProgressSummary | None]


@contextmanager
def terminal_line(source: Source) -> Iterator[None]:
    """Draw the summary of `source` on standard error inside the block; it disappears at the end.

    What is printed inside the block stands above it.
    """
    line = TerminalLine(sys.stderr)
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_AboveLine(each, line) if each.isatty() else each for each in before)
    try:
        with _repeat(lambda: line.draw(source()), DELAY_S, INTERVAL_S):
            yield
    finally:
        line.erase()
        sys.stdout, sys.stderr = before


@contextmanager
def log_lines(source: Source) -> Iterator[None]:
    """Write the summary of `source` to standard error once a minute inside the block."""

    def write() -> None:
        if summary := source():
            sys.stderr.write(f"{plain_line(summary)}\n")
            sys.stderr.flush()

    with _repeat(write, LOG_INTERVAL_S, LOG_INTERVAL_S):
        yield


class TerminalLine:
    """The last line of a terminal, which is drawn again and again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._lock = stream, RLock()
        self._visible, self._line_start = False, True
        self._unicode = "utf" in (stream.encoding or "").lower()

    def draw(self, summary: ProgressSummary | None) -> None:
        """Draw the summary, unless an unfinished line stands there."""
        with self._lock:
            if summary and self._line_start:
                self._stream.write("\r" + format_line(summary, _columns(self._stream) - 1, unicode=self._unicode))
                self._stream.write("\x1b[K")
                self._stream.flush()
                self._visible = True

    def erase(self) -> None:
        """Erase the line if it is visible."""
        with self._lock:
            if self._visible:
                self._stream.write(_ERASE)
                self._stream.flush()
                self._visible = False

    def write_above(self, stream: TextIO, text: str) -> int:
        """Write a text to a stream of the same terminal, where the line was."""
        with self._lock:
            self.erase()
            self._line_start = text.endswith("\n") if text else self._line_start
            written = stream.write(text)
            stream.flush()
            return written


class _AboveLine:
    """A text stream that writes above the line; everything else is the stream's own."""

    def __init__(self, stream: TextIO, line: TerminalLine) -> None:
        self._stream, self._line = stream, line

    def write(self, text: str) -> int:
        """Write a text above the line and return its length."""
        return self._line.write_above(self._stream, text)

    def writelines(self, lines: list[str]) -> None:
        """Write several texts above the line."""
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return shutil.get_terminal_size().columns


@contextmanager
def _repeat(action: Callable[[], object], delay_s: float, interval_s: float) -> Iterator[None]:
    """Call an action in a thread inside the block, the first time after `delay_s` seconds."""
    stop = Event()

    def loop() -> None:
        pause = delay_s
        while not stop.wait(pause):
            action()
            pause = interval_s

    thread = Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
