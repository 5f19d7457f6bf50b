"""`landmark ablate`: run a solution step by step."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._open import open_runner
from harness.cli._options import (
    Device,
    Jobs,
    Json,
    MemoryLimit,
    OnFolds,
    Part,
    PlotFile,
    Sandbox,
    Seed,
    Timeout,
    WorkspaceOption,
)
from harness.cli._output import format_score, print_json, say, say_row
from harness.cli.run import run_all

if TYPE_CHECKING:
    from harness.comparing.ablation import AblationRow

_HEADINGS = ["step", "public", "private", "all", "95 % interval", "gain", "95 % interval", "p", "published", "s"]
_OPTIONAL = (4, 6, 9, 3, 8)  # columns that a narrow terminal leaves out, in this order


def ablate(
    spec: Annotated[
        str | None,
        typer.Argument(metavar="SOLUTION", help="A solution with steps, such as first_place. Without one, list them."),
    ] = None,
    *,
    on: Annotated[Path | None, typer.Option("--on", metavar="DIR", help="The competition's folder.")] = None,
    folds: OnFolds = False,
    part: Part = "private",
    plot: PlotFile = None,
    jobs: Jobs = None,
    device: Device = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    sandbox: Sandbox = "auto",
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Run a solution step by step, and print the gain of each step next to the published score.

    Given parameters apply to every step. Finished steps are not run again.

    Example: landmark ablate sixth_place --on demo
    """
    if spec is None:
        _list_solutions(workspace_dir, json=json)
        return
    if on is None:
        raise typer.BadParameter("name the competition's folder", param_hint="--on")
    from harness.comparing.ablation import ablation_steps, ablation_table
    from harness.comparing.entry_lookup import EntryLookup
    from harness.device import set_device
    from harness.plotting.figure import require_picture

    if plot:
        require_picture(plot)
    set_device(device)
    part = "all" if folds else part
    runner = open_runner(on, workspace_dir, timeout, memory_limit, folds=folds, sandbox=sandbox)
    steps = ablation_steps(spec, runner.workspace.register, runner.competition.folder)
    results = run_all(runner, [solution for _, solution in steps], seed, jobs, quiet=json)
    lookup = EntryLookup(runner.competition, runner.workspace, folds=folds)
    rows = ablation_table(steps, [result.entry for result in results], lookup, part, seed)
    if json:
        print_json({"competition": runner.competition.name, "folds": folds, "part": part, "steps": _document(rows)})
    else:
        _print_table(rows, part)
    if plot:
        from harness.plotting.ablation import draw_ablation

        title = f"{spec} on {runner.competition.name}"
        draw_ablation(rows, plot, title=title, metric=results[0].entry.metric or "", part=part)
    if plot and not json:
        say(f"{plot}: ablation of {spec}")
    if any(result.entry.status == "failed" for result in results):
        raise typer.Exit(1)


def _list_solutions(workspace_dir: Path | None, *, json: bool) -> None:
    """Print the solutions that have steps, with the names of the steps."""
    from harness.running.description.info import summarise_solutions
    from harness.workspace import Workspace

    summaries = summarise_solutions(Workspace.open(workspace_dir).register)
    steps = {summary["name"]: summary["steps"] for summary in summaries if summary["steps"]}
    if json:
        print_json(steps)
        return
    for name, names in steps.items():
        say_row(f"{name:24}", "; ".join(names))


def _print_table(rows: list[AblationRow], part: str) -> None:
    from harness.cli._text_table import table_lines

    say("")
    for line in table_lines([_HEADINGS, *(_cells(row, part) for row in rows)], optional=_OPTIONAL):
        say(line)
    say_row("", f"intervals and gains: {part} queries, gain over the previous step; published: on other photographs")


def _cells(row: AblationRow, part: str) -> list[str]:
    scores = [format_score(row.score(name)) for name in ("public", "private", "all")]
    gain = ["", "", ""]
    if row.gain:
        gain = [f"{row.gain.difference:+.5f}", _interval(row.gain.interval, "+.5f"), f"{row.gain.p:.2g}"]
    published = "" if row.step.published is None else f"{row.step.published:.3f}"
    return [row.step.name, *scores, _interval(row.interval(part), ".5f"), *gain, published, f"{row.wall_s:.1f}"]


def _interval(bounds: tuple[float, float] | None, form: str) -> str:
    return "" if bounds is None else f"{bounds[0]:{form}} – {bounds[1]:{form}}"


def _document(rows: list[AblationRow]) -> list[dict[str, object]]:
    """Return the rows as a JSON document."""
    return [
        {
            "step": row.step.name,
            "identity": row.identity,
            "published": row.step.published,
            "scores": {part: row.score(part) for part in ("public", "private", "all")},
            "intervals": {part: row.interval(part) for part in ("public", "private", "all")},
            "gain": row.gain and asdict(row.gain),
            "wall_s": row.wall_s,
        }
        for row in rows
    ]
