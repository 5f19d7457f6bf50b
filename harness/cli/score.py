"""`landmark score`: score a submission file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import FileTask, Folder, Json, Seed, SubmissionFile
from harness.cli._output import format_score, note, print_json, say

if TYPE_CHECKING:
    from harness.scoring.submission_scores import SubmissionScores

    _Cell = tuple[str, str]  # a score and its interval


def score(
    submission: SubmissionFile,
    *,
    on: Folder,
    task: FileTask = None,
    intervals: Annotated[
        bool | None,
        typer.Option("--intervals/--no-intervals", help="95 % intervals; default: up to 20000 queries."),
    ] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Report the faults of a submission file, and score it against the ground truth of the competition.

    Example: landmark score submission.csv --on demo
    """
    from harness.errors import SubmissionError
    from harness.scoring.submission_scores import score_submission

    try:
        output, notes = score_submission(submission, on, task, seed, with_intervals=intervals)
    except SubmissionError:
        _report_faults(submission, on, task, json=json)
        raise
    for message in notes:
        note(f"note: {message}")
    _print(output, json=json)


def _print(output: SubmissionScores, *, json: bool) -> None:
    from leaderboard.rendering.format_cells import metric_label

    if json:
        print_json(output._asdict())
        return
    say(f"{output.task}: {output.n_queries} queries scored{'; with 95 % intervals' * bool(output.intervals)}")
    if "map_medium" in output.scores["all"]:
        _print_protocols(output)
        return
    heading = ["", *output.scores]
    names = next(iter(output.scores.values()))
    _print_table(
        heading, [(metric_label(name), [_cell(output, part, name) for part in output.scores]) for name in names]
    )


def _print_protocols(output: SubmissionScores) -> None:
    """Print a row for each measure and a column for each protocol, as the papers on revisited Oxford and Paris do."""
    from leaderboard.rendering.format_cells import metric_label

    for part, scores in output.scores.items():
        if part != "all" and scores in (output.scores["all"], dict.fromkeys(scores)):
            continue
        names = {metric_label(name): name for name in scores}
        measures = dict.fromkeys(label.removesuffix(f" {label[-1]}") for label in names)
        rows = [(measure, [_cell(output, part, names[f"{measure} {each}"]) for each in "EMH"]) for measure in measures]
        _print_table([part, *"EMH"], rows)


def _print_table(heading: list[str], rows: list[tuple[str, list[_Cell]]]) -> None:
    """Print scores with their intervals behind them, or where the terminal has no room for that, below them."""
    from harness.cli._text_table import fits, table_lines

    table = [heading, *([name, *(f"{score} {interval}".strip() for score, interval in cells)] for name, cells in rows)]
    if not fits(table):
        table = [heading]
        for name, cells in rows:
            scores, intervals = zip(*cells, strict=True)
            table += [[name, *scores], *([["", *intervals]] if any(intervals) else [])]
    for line in table_lines(table):
        say(line)


def _cell(output: SubmissionScores, part: str, name: str) -> _Cell:
    """Return a score and its interval, rounded to two significant digits of its width, "" without one."""
    from math import floor, log10

    text = format_score(output.scores[part][name])
    low, high = output.intervals.get(part, {}).get(name, (0.0, 0.0))
    if low == high:
        return text, ""
    digits = max(0, 1 - floor(log10(high - low)))
    return text, f"{low:.{digits}f}–{high:.{digits}f}"


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
