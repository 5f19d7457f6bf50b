"""`landmark fix`: repair a submission file."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._options import FileTask, Folder, Json, SubmissionFile
from harness.cli._output import print_json, say


def fix(
    submission: SubmissionFile,
    *,
    on: Folder,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: FILE with .fixed added.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    task: FileTask = None,
    json: Json = False,
) -> None:
    """Write a repaired copy of a submission file; print the repairs, and the faults that you must correct.

    Exit code 1 if a fault is left or an answer was lost.

    Example: landmark fix submission.csv --on demo --out fixed.csv
    """
    from harness.submissions.repair.rewrite import repair_file, repaired_path

    result = repair_file(submission, out or repaired_path(submission), on, task, force=force)
    if json:
        print_json(result.document())
    else:
        for line in result.lines():
            say(line)
    if not result.is_complete:
        raise typer.Exit(1)
