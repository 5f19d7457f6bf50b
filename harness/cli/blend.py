"""`landmark blend`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._options import Folder, Task, WorkspaceOption
from harness.cli._output import note, number, progress, say

if TYPE_CHECKING:
    from harness.blending.weights import FoldWeights


def blend(
    names: Annotated[
        list[str],
        typer.Argument(metavar="A B [C]...", help="Submission files, solutions that have run, or entries (#12)."),
    ],
    *,
    on: Folder,
    how: Annotated[
        Literal["rrf", "score", "votes"], typer.Option("--how", help="Reciprocal ranks, scores, or votes.")
    ] = "rrf",
    weights: Annotated[
        str, typer.Option("--weights", help="equal, folds (found on folds of the train images), or such as 0.6,0.4.")
    ] = "equal",
    k: Annotated[float, typer.Option("--k", min=0, help="What is added to a rank in reciprocal ranks.")] = 60.0,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("blend.csv"),
    task: Task = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Fuse submission files and the answers of solutions into one submission."""
    from harness.blending.pipeline import plan_blend, write_blend
    from harness.cli._open import open_competition
    from harness.delivery.sidecar import require_writable
    from harness.progress import heard_by

    require_writable(out)
    competition, opened = open_competition(on, workspace)
    with progress() as listener, heard_by(listener("")):
        made = plan_blend(names, competition, opened, how, weights, k, task)
    if made.found:
        _tell(made.found)
    handed, answered = write_blend(made, out, competition)
    for line in handed.findings:
        note(f"note: {line}")
    shares = ", ".join(f"{part.name} {share:g}" for part, share in zip(made.ingredients, made.weights, strict=True))
    say(f"{out}: {answered} of {len(competition.queries)} queries answered by {how} of {shares}")


def _tell(found: FoldWeights) -> None:
    """Print what the weights are worth on the folds, beside the single solutions and equal weights."""
    say(f"{found.metric}, mean and standard deviation over folds of the train images")
    for row in (*found.singles, found.equal, found.nested):
        say(f"{row.name:40}{number(row.mean):>10} ± {number(row.deviation)}")
