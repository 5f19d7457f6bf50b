"""`landmark metrics`: check a metric that somebody wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import Task
from harness.cli._output import say

if TYPE_CHECKING:
    from metrics.testing import Report

app = typer.Typer(help="Check a metric of your own against the official ones.")


@app.callback()
def group() -> None:
    """Take `check` as a word of its own."""


@app.command()
def check(
    name: Annotated[
        str, typer.Argument(metavar="MODULE:FUNCTION", help="Kaggle's score(solution, submission, id column).")
    ],
    *,
    against: Annotated[
        str | None, typer.Option("--against", metavar="METRIC", help="What it should equal: map@100, gap, …")
    ] = None,
    task: Task = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the counter-example goes.")] = Path(
        "counter_example"
    ),
    examples: Annotated[int, typer.Option("--examples", min=10, help="Worlds to try for each law.")] = 100,
) -> None:
    """Check a metric on many small competitions; where it departs, write the smallest and name the mistake.

    MODULE is a module or the path of a .py file. What it should equal is --against, else the function's attribute
    `against`, else gap for --task recognition and map@100 for retrieval.
    """
    from harness.errors import HarnessError

    try:
        from metrics.testing import check as check_metric
        from metrics.testing.loading import load_score, metric_for

        score = load_score(name)
        report = check_metric(score, metric_for(score, against, task), examples)
    except (ImportError, ValueError) as error:
        raise HarnessError(str(error)) from error
    say(f"{name}: {report.n_examples} examples")
    for line in report.lines(out):
        say(line)
    if report.wrong:
        _write(report, out)
        raise typer.Exit(1)


def _write(report: Report, folder: Path) -> None:
    if report.counter_example:
        report.counter_example.write(folder, report.metric)
