"""`landmark submit`: write the final submission file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli._open import open_runner
from harness.cli._options import Folder, Jobs, MemoryLimit, Sandbox, TaskOption, Timeout, WorkspaceOption
from harness.cli._output import note, say
from harness.cli._run_text import coverage_text
from harness.cli.run import run_all
from harness.errors import HarnessError

_OUT = Path("submission.csv")


def submit(
    spec: Annotated[str | None, typer.Argument(metavar="[SOLUTION|#ENTRY]", help="A solution, or '#12'.")] = None,
    *,
    on: Folder,
    best: Annotated[
        Literal["public", "folds"] | None,
        typer.Option("--best", help="Choose the best entry by public score or by the mean over folds."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The submission file to write.")] = _OUT,
    task: TaskOption = None,
    message: Annotated[str | None, typer.Option("--message", help="Description for Kaggle.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Also upload it to Kaggle.")] = False,
    competition: Annotated[
        str | None, typer.Option("--competition", metavar="SLUG", help="The last part of the competition's address.")
    ] = None,
    jobs: Jobs = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Default: the entry's seed, or 0.")] = None,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    sandbox: Sandbox = "auto",
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Write the final submission file of a solution or an entry, and a JSON file with its provenance.

    A finished run is reused.

    Example: landmark submit hash --on demo --out submission.csv
    """
    from harness.atomic_files import require_writable
    from harness.delivery.choose_entry import choose, entry_source, stored_or_new_result
    from harness.delivery.final_file import kaggle_command, write_entry_file
    from harness.delivery.kaggle import require_kaggle
    from harness.delivery.kaggle import send as send_to_kaggle
    from harness.delivery.sidecar import sidecar_path

    require_writable(out)
    _require_one_line(message)
    if send:
        require_kaggle()
        _require_competition(competition)
    runner = open_runner(on, workspace_dir, timeout, memory_limit, folds=False, sandbox=sandbox)
    choice = choose(spec, best, runner.competition, runner.workspace, task, seed)
    result = stored_or_new_result(
        choice, lambda name, of: run_all(runner, [name], of, jobs, quiet=True)[0], lambda line: note(f"note: {line}")
    )
    entry = result.entry
    final_file = write_entry_file(entry, out, runner.competition, runner.workspace, choice.reason)
    for warning in final_file.warnings:
        note(f"note: {warning}")
    description = message or f"{entry.identity}, entry {entry.id}"
    source = entry_source(entry, choice.reason)
    say(f"{out}: {coverage_text(result)} by {source}; provenance: {sidecar_path(out).name}")
    if not runner.competition.ranks_whole_index:
        say(kaggle_command(competition or "SLUG", out, description))
    if send and competition:
        say(f"sent: {send_to_kaggle(out, competition, description)}")


def _require_competition(competition: str | None) -> None:
    if competition is None:
        raise HarnessError("--send needs --competition SLUG, the last part of the competition's address")


def _require_one_line(message: str | None) -> None:
    if message is not None and not (message.isprintable() and message.strip()):
        raise HarnessError("--message must be one line of printable text")
