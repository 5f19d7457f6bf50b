"""Print JSON and text; write files."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill, wrap

from harness.atomic_files import write_atomically
from harness.errors import HarnessError
from leaderboard.safe_text import make_printable

_UNLIMITED = 1_000_000  # columns
_LEAST_TEXT = 30  # columns for text behind a head
WHITESPACE = "\n\t"  # printed as it is


def print_json(document: object) -> None:
    """Print a JSON document, with null for NaN and infinity."""
    sys.stdout.write(json.dumps(_finite(document), indent=1, ensure_ascii=True, default=str) + "\n")


def say(text: str) -> None:
    """Print a line on standard output, with control characters escaped."""
    sys.stdout.write(f"{make_printable(text, allowed=WHITESPACE)}\n")
    sys.stdout.flush()


def terminal_width() -> int:
    """Return the number of columns of the terminal, or if standard output is none, a number that limits no line."""
    return get_terminal_size((_UNLIMITED, 24)).columns


def say_paragraphs(text: str) -> None:
    """Print paragraphs that are separated by empty lines; in a terminal, wrap those without indented lines."""
    if terminal_width() < _UNLIMITED:
        paragraphs = text.split("\n\n")
        text = "\n\n".join(part if "\n " in f"\n{part}" else _fill(part) for part in paragraphs)
    say(text)


def say_row(head: str, text: str) -> None:
    """Print a text behind a head, wrapped between words in a terminal; if standard output is none, in one line."""
    width = terminal_width()
    indent = len(head) if width - len(head) >= _LEAST_TEXT else 4
    lines = wrap(
        text, width,
        initial_indent=head, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip
    say("\n".join(lines or [head]))


def _fill(text: str) -> str:
    return fill(text, terminal_width(), break_on_hyphens=False, break_long_words=False)


def note(text: str) -> None:
    """Print a line on standard error, with control characters escaped."""
    sys.stderr.write(f"{make_printable(text, allowed=WHITESPACE)}\n")


def write_file(out: Path, text: str) -> None:
    """Write a UTF-8 file atomically; HarnessError if it cannot be written."""
    try:
        write_atomically(out, text)
    except OSError as error:
        raise HarnessError(f"{out}: cannot be written: {error.strerror or error}") from None


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
