"""`landmark validate`: report the faults of a submission file."""

from typing import Annotated, Literal

import typer

from harness.cli._options import FileTask, Folder, Json, SubmissionFile
from harness.cli._output import print_json, say


def validate(
    submission: SubmissionFile,
    *,
    on: Folder,
    profile: Annotated[
        Literal["kaggle", "strict"],
        typer.Option("--profile", help="kaggle: faults that Kaggle rejects; strict: all."),
    ] = "strict",
    task: FileTask = None,
    json: Json = False,
) -> None:
    """Report all faults of a submission file; exit code 0 if it has none. The ground truth is not needed.

    Example: landmark validate submission.csv --on demo --profile kaggle
    """
    from harness.submissions.validation.validate import validate as validate_file

    report = validate_file(submission, on, task)
    if json:
        print_json(report.document())
    else:
        for line in report.lines(profile):
            say(line)
        if not report.is_rejected_by(profile):
            say(f"{submission}: no faults: {report.n_rows} rows, {report.n_answered} queries answered")
    if report.is_rejected_by(profile):
        raise typer.Exit(1)
