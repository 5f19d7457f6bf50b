"""`landmark plot`: draw a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from harness.cli._options import Folder, Metric, Seed, TaskOption, WorkspaceOption
from harness.cli._output import say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from harness.plotting.selection import PlottedEntries
    from harness.plotting.style import Inches
    from harness.workspace import Workspace
    from metrics import Task as TaskName

Kind = Literal["board", "ablation", "precision-recall", "gap", "pareto", "probing"]
Part = Literal["all", "public", "private"]


def parse_kind(text: str) -> Kind:
    """Return the kind of figure with a name; `ladder` is the name of `ablation` before version 0.2.

    Raises:
        typer.BadParameter: There is no such kind.
    """
    if text == "ladder":
        return "ablation"
    kinds: tuple[Kind, ...] = get_args(Kind)
    for kind in kinds:
        if text == kind:
            return kind
    raise typer.BadParameter(f"{text!r} is not one of {', '.join(kinds)}")


def plot(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", parser=parse_kind, help=f"One of {', '.join(get_args(Kind))}.")
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Solutions or entries such as '#12'; default: the best entries. For ablation: the solution.",
        ),
    ] = None,
    *,
    on: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write: .png, .svg or .pdf.")],
    size: Annotated[str | None, typer.Option("--size", metavar="WxH", help="Size in inches, such as 3.5x2.6.")] = None,
    task: TaskOption = None,
    metric: Metric = None,
    part: Annotated[Part | None, typer.Option("--part", help="Part of the queries; default: all.")] = None,
    seed: Seed = 0,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Draw a figure for a paper: a leaderboard, an ablation, curves, score against cost, or a probing simulation.

    Fonts are embedded; colours are distinguishable with colour blindness and in greyscale.

    Example: landmark plot board --on demo --out board.png
    """
    from harness.cli._open import open_competition
    from harness.plotting.figure import require_picture

    require_picture(out)
    inches = _inches(size)
    competition, workspace = open_competition(on, workspace_dir)
    if kind == "ablation":
        from harness.plotting.ablation import plot_ablation

        plot_ablation(competition, workspace, names or [], out, part or "private", inches)
    else:
        entries = _entries(kind, competition, workspace, names or [], task, metric)
        _draw(kind, entries, out, part or "all", inches, seed)
    say(f"{out}: {kind} of {competition.name}")


def _entries(
    kind: Kind, competition: Competition, workspace: Workspace, names: list[str], task: TaskOption, metric: Metric
) -> PlottedEntries:
    """Return the entries for a kind of figure."""
    from harness.plotting import board, curves, pareto, selection
    from leaderboard import EntryStore

    most = {"board": board.MOST, "pareto": pareto.MOST, "probing": 2}.get(kind, curves.MOST)
    only: dict[Kind, TaskName] = {"precision-recall": "retrieval", "gap": "recognition"}
    required = only.get(kind)
    if required and task not in (None, required):
        raise HarnessError(f"{kind} figures exist for {required} only, not for {task}")
    figure_task = required or task or competition.tasks[0]
    store = EntryStore(workspace.database)
    return selection.select_entries(
        competition, store, figure_task, names, most, register=workspace.register, metric=metric
    )


def _draw(kind: Kind, entries: PlottedEntries, out: Path, part: Part, size: Inches | None, seed: int) -> None:
    from harness.plotting import board, curves, pareto, probing

    if kind == "board":
        board.draw_board(entries, out, size)
    elif kind == "precision-recall":
        curves.draw_precision_recall(entries, out, part, size)
    elif kind == "gap":
        curves.draw_gap(entries, out, part, size)
    elif kind == "pareto":
        pareto.draw_pareto(entries, out, part, size)
    else:
        attacks, attackers = probing.simulate_probing(entries, seed)
        names = " and ".join(entry.identity for entry in entries.entries)
        title = f"{entries.title}: votes over {names}, mean of {attackers}"
        probing.draw_probing(attacks, out, title=title, metric=entries.metric.name, size=size)


def _inches(size: str | None) -> Inches | None:
    """Parse a size in inches such as 3.5x2.6; HarnessError for anything else."""
    if size is None:
        return None
    try:
        width, height = (float(side) for side in size.lower().split("x"))
    except ValueError:
        width = height = 0.0
    if not (1 <= width <= 40 and 1 <= height <= 40):
        raise HarnessError(f"--size {size!r:.40}: write width and height in inches, from 1 to 40, such as 3.5x2.6")
    return width, height
