"""Tests of `harness.progress_display.terminal`."""

import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Event

import pytest

from harness import progress_display
from harness.progress_display import progress, terminal
from harness.progress_display.summary import ProgressSummary
from harness.progress_display.terminal import TerminalLine, log_lines

SUMMARY = ProgressSummary(3, 5, True, "hash", "ranking", 0.5, 7.0)


@pytest.fixture
def stream() -> StringIO:
    return StringIO()


def test_what_is_printed_stands_above_the_line(stream: StringIO) -> None:
    line = TerminalLine(stream)
    line.draw(SUMMARY)
    line.write_above(stream, "result\n")
    line.draw(SUMMARY)
    line.erase()
    line.erase()
    first, _, rest = stream.getvalue().partition("\r\x1b[K")
    assert first.startswith("\r3/5 done")
    assert rest.startswith("result\n\r3/5 done")
    assert rest.endswith("\x1b[K\r\x1b[K")


def test_nothing_is_drawn_over_an_unfinished_line(stream: StringIO) -> None:
    line = TerminalLine(stream)
    line.write_above(stream, "half a line")
    line.draw(SUMMARY)
    assert stream.getvalue() == "half a line"
    line.write_above(stream, "\n")
    line.draw(SUMMARY)
    assert "3/5 done" in stream.getvalue()


def test_without_a_summary_nothing_is_drawn(stream: StringIO) -> None:
    TerminalLine(stream).draw(None)
    assert stream.getvalue() == ""


@contextmanager
def terminal_as_standard_error(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make standard error a terminal of its own; yield the file descriptor of its other end."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as error, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", error)
        patch.setenv("TERM", "xterm")
        yield ours
    os.close(ours)


def test_a_terminal_gets_one_line_and_a_piped_standard_output_stays_clean(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "DELAY_S", 0.0)
    out, drawn = sys.stdout, Event()
    draw = TerminalLine.draw
    monkeypatch.setattr(TerminalLine, "draw", lambda line, summary: (draw(line, summary), summary and drawn.set())[0])
    monkeypatch.setattr(terminal, "INTERVAL_S", 0.001)
    with terminal_as_standard_error(monkeypatch) as end:
        with progress() as listener:
            listener("hash")("ranking", 1, 2)
            assert drawn.wait(10)
            sys.stdout.write("a result\n")
            sys.stderr.write("a note\n")
        shown = os.read(end, 100_000).decode()
    assert sys.stdout is out
    assert "0/1 done" in shown
    assert "\r\x1b[Ka note\r\n" in shown
    assert shown.endswith(("\n", "\r\x1b[K"))
    assert capsys.readouterr().out == "a result\n"


def test_a_log_gets_nothing_before_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as listener:
        listener("hash")("ranking", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_log_gets_lines_of_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "LOG_INTERVAL_S", 0.001)
    asked = Event()

    def source() -> ProgressSummary | None:
        if asked.is_set():
            return None
        asked.set()
        return SUMMARY

    with log_lines(source):
        assert asked.wait(10)
    assert capsys.readouterr().err == "3/5 done; hash: ranking; 0:07 left\n"


def test_a_dumb_terminal_is_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_display, "terminal_line", None)
    with terminal_as_standard_error(monkeypatch):
        monkeypatch.setenv("TERM", "dumb")
        with progress() as listener:
            listener("hash")("ranking", 1, 2)
