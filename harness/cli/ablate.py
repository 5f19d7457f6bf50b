"""`landmark ablate`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._open import open_runner
from harness.cli._options import Folder, Jobs, Json, MemoryLimit, Seed, Timeout, WorkspaceOption, memory_mb
from harness.cli._output import number, print_json, say
from harness.cli.run import run_all

if TYPE_CHECKING:
    from harness.comparing.ablation import Rung

Part = Annotated[Literal["all", "public", "private"], typer.Option("--part", help="Queries that the gains are of.")]


def ablate(
    spec: Annotated[str, typer.Argument(metavar="SOLUTION", help="One with steps, such as first_place.")],
    *,
    on: Folder,
    folds: Annotated[bool, typer.Option("--folds", help="On folds of the train images instead.")] = False,
    part: Part = "private",
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Also draw it: .png, .svg, .pdf.")] = None,
    jobs: Jobs = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Run a solution step by step and tell what each step adds, beside what was published for it.

    Parameters that are given hold for every step. Steps that were run before are not run again.
    """
    from harness.comparing.ablation import rungs, steps_of
    from harness.comparing.entry_lookup import Contenders
    from harness.plotting.figure import require_picture
    from harness.running.local_processes import Limits

    if plot:
        require_picture(plot)
    part = "all" if folds else part
    runner = open_runner(on, workspace, Limits(timeout, memory_mb(memory_limit)), folds=folds)
    steps = steps_of(spec, runner.workspace.register)
    results = run_all(runner, [solution for _, solution in steps], seed, jobs, quiet=json)
    contenders = Contenders(runner.competition, runner.workspace, folds=folds)
    ladder = rungs(steps, [each.entry for each in results], contenders, part, seed)
    if json:
        print_json({"competition": runner.competition.name, "folds": folds, "part": part, "steps": _document(ladder)})
    else:
        _table(ladder, part)
    if plot:
        from harness.plotting.ablation import draw_ladder

        metric = results[0].entry.metric or ""
        draw_ladder(ladder, plot, title=f"{spec} on {runner.competition.name}", metric=metric, part=part)
    if any(each.entry.status == "failed" for each in results):
        raise typer.Exit(1)


def _table(ladder: list[Rung], part: str) -> None:
    width = max(len("step"), *(len(rung.step.name) for rung in ladder))
    head = f"\n{'step':{width}}  {'public':>8}  {'private':>8}  {'all':>8}  {'95 % interval':>19}"
    say(f"{head}  {'gain':>9}  {'95 % interval':>21}  {'p':>6}  {'published':>9}  {'s':>6}")
    for rung in ladder:
        scores = "  ".join(f"{number(rung.score(each)):>8}" for each in ("public", "private", "all"))
        bounds = _bounds(rung.interval(part), "8.5f")
        gain = f"{'':9}  {'':21}  {'':6}"
        if rung.gain:
            gain = f"{rung.gain.difference:>+9.5f}  {_bounds(rung.gain.interval, '+9.5f'):>21}  {rung.gain.p:>6.2g}"
        published = "" if rung.step.published is None else f"{rung.step.published:.3f}"
        say(f"{rung.step.name:{width}}  {scores}  {bounds:>19}  {gain}  {published:>9}  {rung.wall_s:>6.1f}")
    say(f"intervals and gains are of {part} queries, each gain over the step above; published: on other photographs")


def _bounds(bounds: tuple[float, float] | None, form: str) -> str:
    return "" if bounds is None else f"{bounds[0]:{form}} – {bounds[1]:{form}}"


def _document(ladder: list[Rung]) -> list[dict[str, object]]:
    """Return all that programs may want to know of each step."""
    return [
        {
            "step": rung.step.name,
            "identity": rung.identity,
            "published": rung.step.published,
            "scores": {part: rung.score(part) for part in ("public", "private", "all")},
            "intervals": {part: rung.interval(part) for part in ("public", "private", "all")},
            "gain": rung.gain and asdict(rung.gain),
            "wall_s": rung.wall_s,
        }
        for rung in ladder
    ]
