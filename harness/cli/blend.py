"""`landmark blend`: fuse answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._options import Folder, TaskOption, WorkspaceOption
from harness.cli._output import format_score, note, say
from harness.progress_display import progress

if TYPE_CHECKING:
    from harness.blending.weights import FoldWeights


def blend(
    names: Annotated[list[str], typer.Argument(metavar="A B [C]...", help="Files, solutions or entries ('#12').")],
    *,
    on: Folder,
    how: Annotated[
        Literal["rrf", "score", "votes"],
        typer.Option("--how", help="Fusion by reciprocal rank fusion (rrf), score or votes."),
    ] = "rrf",
    weights: Annotated[str, typer.Option("--weights", help="equal, folds (optimised), or such as 0.6,0.4.")] = "equal",
    k: Annotated[float, typer.Option("--k", min=0, help="Constant added to each rank in rrf.")] = 60.0,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The submission file to write.")] = Path(
        "blend.csv"
    ),
    task: TaskOption = None,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Fuse submission files and finished runs into one submission file.

    Example: landmark blend hash mean_hash --on demo --out blend.csv
    """
    from harness.atomic_files import require_writable
    from harness.blending.pipeline import plan_blend, write_blend
    from harness.cli._open import open_competition
    from harness.progress import send_progress_to

    require_writable(out)
    competition, workspace = open_competition(on, workspace_dir)
    with progress() as listener, send_progress_to(listener("")):
        plan = plan_blend(names, competition, workspace, how, weights, k, task)
    if plan.fold_weights:
        _print_weights(plan.fold_weights)
    final_file, n_answered = write_blend(plan, out, competition)
    for warning in final_file.warnings:
        note(f"note: {warning}")
    weighted = ", ".join(f"{source.name} {weight:g}" for source, weight in zip(plan.inputs, plan.weights, strict=True))
    say(f"{out}: {n_answered} of {len(competition.queries)} queries answered by {how} of {weighted}")


def _print_weights(fold_weights: FoldWeights) -> None:
    """Print the scores on the folds of single inputs, equal weights and optimised weights."""
    from leaderboard.rendering.format_cells import metric_label

    say(f"{metric_label(fold_weights.metric)}, mean and standard deviation over folds of the train images")
    for row in (*fold_weights.singles, fold_weights.equal, fold_weights.nested):
        say(f"{row.name:40}{format_score(row.mean):>10} ± {format_score(row.deviation)}")
