"""One line of a terminal that summarises progress."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from harness.progress_display.summary import ProgressSummary
from leaderboard.safe_text import make_printable

STAGE_LENGTH = 20  # characters
MIN_BAR, MAX_BAR = 20, 40  # cells
_MIN_LABEL, _MAX_LABEL = 12, 60  # columns of job and stage
_NARROW = 72  # columns; a narrower line has no words beside the numbers
_TIME_WIDTH = 7  # of 1:23:45
_GAP = "  "
_GLYPHS = {True: ("█", "░", "…"), False: ("#", "-", "~")}


def format_line(summary: ProgressSummary, width: int, *, unicode: bool = True) -> str:
    """Return a line of at most `width` columns: what is done, job and stage, a bar, and the time left.

    >>> summary = ProgressSummary(3, 5, True, "nearest", "describing index images", 0.5, 133.0)
    >>> print(format_line(summary, 79))
    3/5 done  nearest: describing index          ██████████░░░░░░░░░░     2:13 left
    >>> print(format_line(summary, 59))
    3/5  describing index         ██████████░░░░░░░░░░     2:13
    """
    narrow = width < _NARROW
    count = count_text(summary, words=not narrow)
    time = f"{duration_text(summary.seconds_left):>{_TIME_WIDTH}}"
    if not narrow:
        time += " left" if time.strip() else " " * len(" left")
    room = width - len(count) - len(time) - MIN_BAR - 3 * len(_GAP)
    if room < _MIN_LABEL:
        return _without_label(summary, width, unicode=unicode)
    label_width = min(room, _MAX_LABEL)
    bar = bar_text(summary.share, min(MAX_BAR, MIN_BAR + room - label_width), unicode=unicode)
    label = label_text(summary, label_width, _GLYPHS[unicode][2])
    cells = [count, label + " " * (label_width - text_width(label)), bar, time]
    return _GAP.join(cells).rstrip()


def _without_label(summary: ProgressSummary, width: int, *, unicode: bool) -> str:
    count, time = count_text(summary, words=False), duration_text(summary.seconds_left)
    cells = max(0, width - len(count) - len(time) - 2 * len(_GAP))
    return f"{count}{_GAP}{bar_text(summary.share, min(MAX_BAR, cells), unicode=unicode)}{_GAP}{time}"[:width].rstrip()


def plain_line(summary: ProgressSummary) -> str:
    """Return the summary as text for a log.

    >>> plain_line(ProgressSummary(3, 5, True, "nearest", "describing index images", 0.5, 133.0))
    '3/5 done; nearest: describing index; 2:13 left'
    """
    left = duration_text(summary.seconds_left)
    job = f"{make_printable(summary.job)}: " if summary.job else ""
    return "; ".join([count_text(summary), job + short_stage(summary.stage), *([f"{left} left"] if left else [])])


def count_text(summary: ProgressSummary, *, words: bool = True) -> str:
    """Return how many jobs or items are done, of how many if that is known."""
    count = str(summary.done) if summary.total is None else f"{summary.done}/{summary.total}"
    return f"{count} done" if words and summary.of_jobs else count


def label_text(summary: ProgressSummary, width: int, ellipsis: str = "…") -> str:
    """Return job and stage in at most `width` columns, or the stage alone if there is no room for a name."""
    stage = short_stage(summary.stage)
    room = width - text_width(stage) - len(": ")
    if not summary.job or room < 6:
        return shorten_middle(stage, width, ellipsis)
    return f"{shorten_middle(make_printable(summary.job), room, ellipsis)}: {stage}"


def short_stage(text: str) -> str:
    """Return the name of a stage in at most `STAGE_LENGTH` characters, cut between words where that leaves enough.

    >>> short_stage("describing index images by SquareExtractor"), short_stage("finding near-duplicates")
    ('describing index', 'finding near-duplic…')
    """
    text = make_printable(text[:200]).partition(" by ")[0]
    if len(text) <= STAGE_LENGTH:
        return text
    words = text[: STAGE_LENGTH + 1].rpartition(" ")[0].removesuffix(" of")
    return words if len(words) >= STAGE_LENGTH // 2 else text[: STAGE_LENGTH - 1] + "…"


def shorten_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Return a text of at most `width` columns, without its middle if it is wider.

    >>> shorten_middle("first_place(dims=256)", 13)
    'first_…s=256)'
    """
    if text_width(text) <= width:
        return text
    head, tail = "", ""
    for first, last in zip(text, reversed(text), strict=True):
        if text_width(head + first + tail) >= width:
            break
        head += first
        if text_width(head + last + tail) >= width:
            break
        tail = last + tail
    return head + ellipsis + tail if width > 0 else ""


def text_width(text: str) -> int:
    """Return the number of terminal columns of a printable text; wide East Asian characters take two."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def bar_text(share: float, cells: int, *, unicode: bool = True) -> str:
    """Return a bar of so many cells, of which a share is full."""
    full, empty, _ = _GLYPHS[unicode]
    n_full = min(cells, int(cells * max(0.0, share)))
    return full * n_full + empty * (cells - n_full)


def duration_text(seconds: float | None) -> str:
    """Return a duration as minutes and seconds, with hours from an hour on; "" for None.

    >>> duration_text(7.2), duration_text(133), duration_text(3723), duration_text(400_000), duration_text(None)
    ('0:07', '2:13', '1:02:03', '> 4 d', '')
    """
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 100:
        return f"> {hours // 24} d"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
