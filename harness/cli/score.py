"""`landmark score`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from harness.cli._options import Folder, Json, Seed, Task
from harness.cli._output import note, number, print_json, say

MANY = 20_000  # queries


def score(
    submission: Annotated[Path, typer.Argument(help="A file id,images or id,landmarks.")],
    *,
    on: Folder,
    task: Task = None,
    sure: Annotated[
        bool | None,
        typer.Option("--intervals/--no-intervals", help=f"95 % intervals; up to {MANY} queries if not said."),
    ] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Score a submission file against the competition's ground truth, after telling what is wrong with it."""
    from harness.errors import SubmissionError
    from harness.scoring.evaluate_complete import score_complete

    complete = score_complete(submission, on)
    if complete is not None:
        _print(Scored("retrieval", complete.n_queries, complete.scores, complete.intervals(seed), []), json=json)
        return
    try:
        scored, notes = _scored(submission, on, task, seed, sure=sure)
    except SubmissionError:
        _tell_all(submission, on, task, json=json)
        raise
    for line in notes:
        note(f"note: {line}")
    _print(scored, json=json)


class Scored(NamedTuple):
    """What is printed: scores and intervals by part and metric, and the faults of the file."""

    task: str
    n_queries: int
    scores: Mapping[str, Mapping[str, float | None]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    faults: list[Any]


def _scored(submission: Path, on: Path, task: Task, seed: int, *, sure: bool | None) -> tuple[Scored, list[str]]:
    from harness.scoring.evaluate import score_file
    from harness.scoring.stored_evaluation import score_intervals

    evaluation, truth, report = score_file(submission, on, task)
    count = len(evaluation.query_ids)
    notes = [*truth.notes, *report.short()]
    if sure is None and count > MANY:
        notes.append(f"no intervals for more than {MANY} queries unless asked for by --intervals, as they take seconds")
    intervals = score_intervals(evaluation, seed=seed) if (sure if sure is not None else count <= MANY) else {}
    faults: Any = report.document()["faults"]
    return Scored(evaluation.task, count, evaluation.scores, intervals, faults), notes


def _print(scored: Scored, *, json: bool) -> None:
    if json:
        print_json(scored._asdict())
        return
    say(f"{scored.task}: {scored.n_queries} queries count{'; with 95 % intervals' * bool(scored.intervals)}")
    width = 24 if scored.intervals else 10
    say(f"{'':22}" + "".join(f"{part:>{width}}" for part in scored.scores))
    for name in next(iter(scored.scores.values())):
        say(f"{name:22}" + "".join(f"{_cell(scored, part, name):>{width}}" for part in scored.scores))


def _cell(scored: Scored, part: str, name: str) -> str:
    """Return a score with its interval, in as many digits as the interval's width gives sense to."""
    from math import floor, log10

    text = number(scored.scores[part][name])
    low, high = scored.intervals.get(part, {}).get(name, (0.0, 0.0))
    if low == high:
        return text
    digits = max(0, 1 - floor(log10(high - low)))
    return f"{text} {low:.{digits}f}–{high:.{digits}f}"


def _tell_all(submission: Path, folder: Path, task: Task, *, json: bool) -> None:
    """Tell all that is wrong with a file that cannot be scored, unless one line will tell it."""
    from harness.errors import DataError
    from harness.submissions.validation.fault_kinds import UNREADABLE
    from harness.submissions.validation.validate import validate

    try:
        report = validate(submission, folder, task)
    except DataError:
        return
    if json:
        print_json({"task": task, "scores": None, "faults": report.document()["faults"]})
    elif [*report.found] != [UNREADABLE.name]:
        for line in report.lines():
            note(line)
