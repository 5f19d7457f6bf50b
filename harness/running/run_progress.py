"""The progress of a run, sent by its process to its supervisor, and from there to the process that shows it."""

import json

from harness.data.query_sample import is_fold
from harness.progress import ProgressListener
from harness.running.planned_run import PlannedRun
from harness.supervision.messages import send_message
from leaderboard.safe_text import shorten

_LONGEST = 60  # characters
_MOST = 10**12


def progress_label(run: PlannedRun) -> str:
    """Return the name of a run in a line of progress: identity, seed and fold."""
    label = f"{run.identity}, seed {run.job.seed}" if run.job.seed else run.identity
    return f"{label}, {run.split.partition('/')[0]}" if is_fold(run.split) else label


def send_progress(what: str, done: int, total: int | None) -> None:
    """Send the progress of this process to its supervisor, if there is one; a listener of `send_progress_to`."""
    send_message(f"progress {json.dumps([what, done, total])}")


def forward_progress(text: str, listener: ProgressListener) -> str:
    """Pass a message of `send_progress`, which may be anything, to a listener.

    Returns what the run is doing, as in " while ranking (3 of 7)" or " while fitting", or has done last; "" if the
    message is none.
    """
    try:
        what, done, total = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return ""
    if not isinstance(what, str) or not _is_count(done) or not (total is None or _is_count(total)):
        return ""
    what = shorten(what, _LONGEST)
    listener(what, done, total)
    if done == total:
        return f" after {what}"
    return f" while {what} ({done} of {total})" if total else f" while {what}"


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST
