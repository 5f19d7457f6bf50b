"""Commands that `landmark run` suggests at its end, depending on which runs failed and on the rows of the board."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli._paste import pasteable
from harness.running.shell_text import quote

if TYPE_CHECKING:
    from harness.comparing.boards import BoardRows
    from harness.running.runner import RunResult
    from leaderboard import Entry
    from metrics import Task

_FAILURES = 3  # explained, at most
_COMPARED = 3  # solutions
_LOG_LINES = 20


def next_lines(
    results: Sequence[RunResult],
    boards: Mapping[Task, BoardRows],
    on: Path,
    workspace_dir: Path | None,
    *,
    has_labels: bool = False,
) -> Iterator[str]:
    """Yield a heading and pairs of lines: what a command does, and the command.

    Folds are offered where the test images have no ground truth, but train images have labels.
    """
    paste = partial(pasteable, on=on, workspace_dir=workspace_dir)
    entries = [result.entry for result in results]
    failed = {entry.identity: entry for entry in entries if entry.status == "failed"}
    steps = [step for entry in [*failed.values()][:_FAILURES] for step in _after_failure(entry, paste)]
    steps += _after_success(
        [entry for entry in entries if entry.status != "failed"], boards, paste, has_labels=has_labels
    )
    if steps:
        yield "Next"
    for what, command in steps:
        yield f"  {what}:"
        yield f"    {command}"


def _after_failure(entry: Entry, paste: partial[str]) -> Iterator[tuple[str, str]]:
    """Yield how to give a run that exceeded a limit more, or else how to read its log."""
    from harness.running.run_options import limit_options, run_options

    reason = entry.reason or ""
    if limit := limit_options(reason):
        is_time = limit[0] == "--timeout"
        what = "timed out; give it more time" if is_time else "took too much memory; allow more"
        yield f"{entry.identity} {what}", paste("run", _spec(entry), *run_options(entry), *limit)
    elif entry.log:
        yield f"{entry.identity} failed; read its log", f"tail -n {_LOG_LINES} {quote(entry.log)}"


def _spec(entry: Entry) -> str:
    """Return the text that names the solution of a run, which is a path for one that is not registered."""
    from harness.running.run_folder import JOB

    try:
        return str(json.loads(Path(entry.log or "").with_name(JOB).read_text(encoding="utf-8"))["spec"])
    except (OSError, ValueError, KeyError, TypeError):
        return entry.identity


def _first_names(entries: Sequence[Entry]) -> list[str]:
    return [*dict.fromkeys(_spec(entry) for entry in entries)][:_COMPARED]


def _after_success(
    entries: Sequence[Entry], boards: Mapping[Task, BoardRows], paste: partial[str], *, has_labels: bool
) -> Iterator[tuple[str, str]]:
    """Yield commands for the first task with a finished run."""
    from harness.data.query_sample import is_fold, sample_size

    if not entries:
        return
    task, split, own = entries[0].task, entries[0].split, {entry.identity for entry in entries}
    ranked = [row.identity for row in boards.get(task, []) if row.rank is not None]  # type: ignore[call-overload]
    if entries[0].status == "unscored":
        yield "write the file to submit", paste("submit", entries[0].identity, "--out", "submission.csv")
        if has_labels and split == "test":
            yield "score on the train images, in folds", paste("run", *_first_names(entries), "--folds")
    elif sample_size(split):
        yield "run the best on all queries", paste("run", ranked[0] if ranked else entries[0].identity)
    elif len(ranked) > 1:
        folds = ["--folds"] if is_fold(split) else []
        compared = sorted(ranked, key=lambda name: (name != ranked[0], name not in own))[:_COMPARED]
        yield "which differences are significant", paste("compare", *sorted(compared, key=ranked.index), *folds)
    if entries[0].status == "scored" and split == "test" and find_spec("fastapi"):
        yield "see each query with its answers in the browser", paste("serve")
