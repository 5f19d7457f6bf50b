"""`landmark submit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._open import open_runner
from harness.cli._options import Folder, Jobs, MemoryLimit, Seed, Task, Timeout, WorkspaceOption, memory_mb
from harness.cli._output import note, say
from harness.cli.run import coverage, run_all
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.delivery.choose_entry import Choice
    from harness.running.runner import Result, Runner


def submit(
    spec: Annotated[
        str | None, typer.Argument(metavar="[SOLUTION|#ENTRY]", help="A solution with its parameters, or an entry.")
    ] = None,
    *,
    on: Folder,
    best: Annotated[
        Literal["public", "folds"] | None,
        typer.Option("--best", help="Choose by the public score, or by the mean over folds."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("submission.csv"),
    task: Task = None,
    message: Annotated[str | None, typer.Option("--message", help="What to tell Kaggle about it.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Submit it to Kaggle.")] = False,
    competition: Annotated[
        str | None, typer.Option("--competition", metavar="SLUG", help="The competition's name in its address.")
    ] = None,
    jobs: Jobs = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the final submission file of a solution or an entry, and how it was made; nothing finished is repeated."""
    from harness.delivery.final_file import hand_out_entry, kaggle_command
    from harness.delivery.kaggle import require_kaggle
    from harness.delivery.kaggle import send as sent
    from harness.delivery.sidecar import require_writable, sidecar_of
    from harness.running.local_processes import Limits

    require_writable(out)
    _require_line(message)
    if send:
        require_kaggle()
        if competition is None:
            raise HarnessError("--send needs --competition SLUG, the last part of the competition's address")
    runner = open_runner(on, workspace, Limits(timeout, memory_mb(memory_limit)), folds=False)
    choice = _choice(spec, best, runner, task, seed)
    result = _finished(choice, runner, jobs)
    entry = result.entry
    handed = hand_out_entry(entry, out, runner.competition, runner.workspace, choice.why)
    for line in handed.findings:
        note(f"note: {line}")
    said = message or f"{entry.identity}, entry {entry.id}"
    say(f"{out}: {coverage(result)} by {entry.identity}, entry #{entry.id} ({choice.why}); how: {sidecar_of(out).name}")
    say(kaggle_command(competition or "SLUG", out, said))
    if send and competition:
        say(f"sent: {sent(out, competition, said)}")


def _require_line(message: str | None) -> None:
    if message is not None and not (message.isprintable() and message.strip()):
        raise HarnessError("--message must be one line of text that can be printed")


def _choice(spec: str | None, best: Literal["public", "folds"] | None, runner: Runner, task: Task, seed: int) -> Choice:
    from harness.delivery.choose_entry import Choice, best_entry, chosen_entry
    from harness.solution.registry import load_solution

    if spec is not None and best is not None:
        raise HarnessError(f"name {spec} or give --best {best}, not both")
    if best is not None:
        return best_entry(best, runner.competition, runner.workspace, task)
    if spec is not None and spec.startswith("#"):
        return chosen_entry(spec, runner.competition, runner.workspace, task)
    if spec is None:
        raise HarnessError(
            "say what to submit: a solution such as hash, an entry such as '#12', --best public or --best folds"
        )
    found = load_solution(spec, runner.workspace.register)
    if task not in (None, found.task):
        raise HarnessError(f"{spec}: is for {found.task}, not for {task}")
    return Choice(spec, seed, "named")


def _finished(choice: Choice, runner: Runner, jobs: int | None) -> Result:
    """Return the result of the chosen run, which is made where it is not kept."""
    from harness.blending.inputs import kept_outcome
    from harness.running.runner import Result

    if choice.entry and (outcome := kept_outcome(choice.entry)):
        return Result(choice.entry, outcome, again=False)
    result = run_all(runner, [choice.spec], choice.seed, jobs, quiet=True)[0]
    entry = result.entry
    if entry.submission is None:
        raise HarnessError(f"{entry.identity} failed: {entry.reason} (log: {entry.log})")
    if choice.entry and entry.run_key != choice.entry.run_key:
        note(f"note: entry #{choice.entry.id} is not kept any more; made anew it is entry #{entry.id}")
    return result
