"""`landmark plot`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from harness.cli._options import Folder, Seed, Task, WorkspaceOption
from harness.cli._output import say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from harness.plotting.selection import Chosen
    from harness.plotting.style import Size
    from harness.workspace import Workspace

Kind = Literal["board", "ladder", "precision-recall", "gap", "pareto", "probing"]
Part = Literal["all", "public", "private"]


def plot(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help=f"One of {', '.join(get_args(Kind))}.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Solutions, or entries such as '#12'; the best if none. A ladder's solution."
        ),
    ] = None,
    *,
    on: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to: .png, .svg or .pdf.")],
    size: Annotated[str | None, typer.Option("--size", metavar="WxH", help="In inches, such as 3.5x2.6.")] = None,
    task: Task = None,
    part: Annotated[
        Part | None, typer.Option("--part", help="Queries that are drawn: all, but of a ladder the private ones.")
    ] = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw a figure for a paper: of a board, its curves, its costs, or what probing it would gain.

    Fonts are embedded, and colours can be told apart by the colour-blind and in grey.
    """
    from harness.cli._open import open_competition
    from harness.plotting.figure import require_picture

    require_picture(out)
    inches = _inches(size)
    competition, opened = open_competition(on, workspace)
    if kind == "ladder":
        from harness.plotting.ablation import draw_steps

        draw_steps(competition, opened, names or [], out, part or "private", inches)
    else:
        found = _chosen(kind, competition, opened, names or [], task)
        _drawn(kind, found, out, part or "all", inches, seed)
    say(f"{out}: {kind} of {competition.name}")


def _chosen(kind: Kind, competition: Competition, opened: Workspace, names: list[str], task: Task) -> Chosen:
    """Return the entries that a kind of figure shows."""
    from harness.plotting import board, curves, pareto
    from harness.plotting import selection as chosen
    from leaderboard import EntryStore

    most = {"board": board.MOST, "pareto": pareto.MOST, "probing": 2}.get(kind, curves.MOST)
    fixed = {"precision-recall": "retrieval", "gap": "recognition"}.get(kind)
    if fixed and task not in (None, fixed):
        raise HarnessError(f"a figure of {kind} is of {fixed}, not of {task}")
    of = "recognition" if "recognition" in (fixed, task) else "retrieval" if fixed or task else competition.tasks[0]
    return chosen.chosen(competition, EntryStore(opened.database), of, names, most)


def _drawn(kind: Kind, found: Chosen, out: Path, part: Part, size: Size | None, seed: int) -> None:
    from harness.plotting import board, curves, pareto, probing

    if kind == "board":
        board.draw_board(found, out, size)
    elif kind == "precision-recall":
        curves.draw_precision_recall(found, out, part, size)
    elif kind == "gap":
        curves.draw_gap(found, out, part, size)
    elif kind == "pareto":
        pareto.draw_pareto(found, out, part, size)
    else:
        probed, attackers = probing.attacked(found, seed)
        mixed = " and ".join(entry.identity for entry in found.entries)
        title = f"{found.title}: votes over {mixed}, mean of {attackers}"
        probing.draw_probing(probed, out, title=title, metric=found.metric.name, size=size)


def _inches(size: str | None) -> Size | None:
    """Return a size such as 3.5x2.6 in inches; HarnessError for another."""
    if size is None:
        return None
    try:
        width, height = (float(each) for each in size.lower().split("x"))
    except ValueError:
        width = height = 0.0
    if not (1 <= width <= 40 and 1 <= height <= 40):
        raise HarnessError(f"--size {size!r:.40}: write width and height in inches, from 1 to 40, such as 3.5x2.6")
    return width, height
