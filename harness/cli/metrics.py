"""`landmark metrics`: check the implementation of a metric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._output import say

if TYPE_CHECKING:
    from metrics.testing import MetricCheckReport

app = typer.Typer(help="Check your own implementation of a metric.")


@app.callback()
def group() -> None:
    """Make `check` a subcommand (Typer needs a callback for a single one)."""


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="MODULE:FUNCTION", help="A function with Kaggle's signature.")],
    *,
    against: Annotated[
        str | None, typer.Option("--against", metavar="METRIC", help="The metric it should equal: map@100, gap, …")
    ] = None,
    task: Annotated[
        Literal["retrieval", "recognition"] | None,
        typer.Option("--task", help="Task of the metric, if --against is missing."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the counter-example.")] = Path(
        "counter_example"
    ),
    examples: Annotated[int, typer.Option("--examples", min=10, help="Examples to try for each property.")] = 100,
) -> None:
    """Compare a metric with the official one on many small examples; on a difference, name the mistake.

    The smallest counter-example is written to --out. MODULE may be the path of a .py file. Default of --against: the
    attribute `against` of the function, else gap for --task recognition, else map@100.

    Example: landmark metrics check mine.py:score --against map@100
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
        _write_counter_example(report, out)
        raise typer.Exit(1)


def _write_counter_example(report: MetricCheckReport, folder: Path) -> None:
    if report.counter_example:
        report.counter_example.write(folder, report.metric)
