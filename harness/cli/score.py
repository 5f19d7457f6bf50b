"""`landmark score`: score a submission file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from harness.cli._options import FileTask, Folder, Json, Seed, SubmissionFile
from harness.cli._output import format_score, note, print_json, say

MAX_QUERIES_FOR_INTERVALS = 20_000


def score(
    submission: SubmissionFile,
    *,
    on: Folder,
    task: FileTask = None,
    intervals: Annotated[
        bool | None,
        typer.Option(
            "--intervals/--no-intervals", help=f"95 % intervals; default: up to {MAX_QUERIES_FOR_INTERVALS} queries."
        ),
    ] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Report the faults of a submission file, and score it against the ground truth of the competition."""
    from harness.errors import SubmissionError
    from harness.scoring.evaluate_complete import score_complete

    complete = score_complete(submission, on)
    if complete is not None:
        _print(ScoreOutput("retrieval", complete.n_queries, complete.scores, complete.intervals(seed), []), json=json)
        return
    try:
        output, notes = _score_file(submission, on, task, seed, with_intervals=intervals)
    except SubmissionError:
        _report_faults(submission, on, task, json=json)
        raise
    for message in notes:
        note(f"note: {message}")
    _print(output, json=json)


class ScoreOutput(NamedTuple):
    """The output of the command: scores and intervals by part and metric, and the faults of the file."""

    task: str
    n_queries: int
    scores: Mapping[str, Mapping[str, float | None]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    faults: list[Any]


def _score_file(
    submission: Path, on: Path, task: FileTask, seed: int, *, with_intervals: bool | None
) -> tuple[ScoreOutput, list[str]]:
    from harness.scoring.evaluate import score_file
    from harness.scoring.stored_evaluation import score_intervals

    evaluation, truth, report = score_file(submission, on, task)
    count = len(evaluation.query_ids)
    notes = [*truth.notes, *report.summary_lines()]
    if with_intervals is None and count > MAX_QUERIES_FOR_INTERVALS:
        notes.append(f"no intervals above {MAX_QUERIES_FOR_INTERVALS} queries; --intervals computes them (slow)")
    wanted = count <= MAX_QUERIES_FOR_INTERVALS if with_intervals is None else with_intervals
    intervals = score_intervals(evaluation, seed=seed) if wanted else {}
    faults: Any = report.document()["faults"]
    return ScoreOutput(evaluation.task, count, evaluation.scores, intervals, faults), notes


def _print(output: ScoreOutput, *, json: bool) -> None:
    if json:
        print_json(output._asdict())
        return
    say(f"{output.task}: {output.n_queries} queries scored{'; with 95 % intervals' * bool(output.intervals)}")
    width = 24 if output.intervals else 10
    say(f"{'':22}" + "".join(f"{part:>{width}}" for part in output.scores))
    for name in next(iter(output.scores.values())):
        say(f"{name:22}" + "".join(f"{_cell(output, part, name):>{width}}" for part in output.scores))


def _cell(output: ScoreOutput, part: str, name: str) -> str:
    """Return a score with its interval, rounded to two significant digits of its width."""
    from math import floor, log10

    text = format_score(output.scores[part][name])
    low, high = output.intervals.get(part, {}).get(name, (0.0, 0.0))
    if low == high:
        return text
    digits = max(0, 1 - floor(log10(high - low)))
    return f"{text} {low:.{digits}f}–{high:.{digits}f}"


def _report_faults(submission: Path, folder: Path, task: FileTask, *, json: bool) -> None:
    """Print all faults of a file that cannot be scored, unless the error message says it all."""
    from harness.errors import DataError
    from harness.submissions.validation.fault_kinds import UNREADABLE
    from harness.submissions.validation.validate import validate

    try:
        report = validate(submission, folder, task)
    except DataError:
        return
    if json:
        print_json({"task": task, "scores": None, "faults": report.document()["faults"]})
    elif [*report.fault_by_kind] != [UNREADABLE.name]:
        for line in report.lines():
            note(line)
