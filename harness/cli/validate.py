"""`landmark validate` and `landmark fix`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli._options import Folder, Json, Task
from harness.cli._output import print_json, say

Submission = Annotated[Path, typer.Argument(metavar="FILE", help="A file id,images or id,landmarks.")]


def validate(
    submission: Submission,
    *,
    on: Folder,
    profile: Annotated[
        Literal["kaggle", "strict"],
        typer.Option("--profile", help="What the site rejects, or also what it accepts silently."),
    ] = "strict",
    task: Task = None,
    json: Json = False,
) -> None:
    """Tell all that is wrong with a submission file at once; exit code 0 if nothing is. No ground truth is needed."""
    from harness.submissions.validation.validate import validate as validated

    report = validated(submission, on, task)
    if json:
        print_json(report.document())
    else:
        for line in report.lines(profile):
            say(line)
        if not report.rejected(profile):
            say(f"{submission}: nothing is wrong: {report.rows} rows, {report.answered} queries answered")
    if report.rejected(profile):
        raise typer.Exit(1)


def fix(
    submission: Submission,
    *,
    on: Folder,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file to write, else FILE with .fixed in its name.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,
    task: Task = None,
    json: Json = False,
) -> None:
    """Write a repaired copy of a submission file, and tell what was done and what only you can decide."""
    from harness.submissions.repair.repair import fix as fixed
    from harness.submissions.repair.repair import fixed_name

    repair = fixed(submission, out or fixed_name(submission), on, task, force=force)
    if json:
        print_json(repair.document())
        return
    for line in repair.lines():
        say(line)
