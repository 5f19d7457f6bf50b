"""`landmark score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Folder, Json, Task, WorkspaceOption
from harness.cli.output import note, number, print_json, say


def score(
    submission: Annotated[Path, typer.Argument(help="A file id,images or id,landmarks.")],
    *,
    on: Folder,
    task: Task = None,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Score a submission file against the competition's ground truth."""
    from harness.data.competition import Competition
    from harness.running.evaluate import score_file

    competition = Competition.open(on, store=workspace or Path())  # nothing is described, so nothing is kept there
    evaluation, truth = score_file(submission, competition, task)
    for line in truth.notes:
        note(f"note: {line}")
    if json:
        print_json({"task": evaluation.task, "scores": evaluation.scores})
        return
    say(f"{evaluation.task}: {len(evaluation.query_ids)} queries count")
    say(f"{'':24}{'all':>10}{'public':>10}{'private':>10}")
    for name in evaluation.scores["all"]:
        say(f"{name:24}" + "".join(f"{number(evaluation.scores[part][name]):>10}" for part in evaluation.scores))
