"""`landmark run`: run solutions, score them and add them to the leaderboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._open import open_runner
from harness.cli._options import (
    Device,
    Folder,
    Jobs,
    Json,
    MemoryLimit,
    OnFolds,
    Sandbox,
    Seed,
    TaskOption,
    Timeout,
    WorkspaceOption,
)
from harness.cli._output import note, print_json, say
from harness.cli._run_board import print_run_board
from harness.cli._run_text import (
    batch_document,
    failure_line,
    print_result,
    repeated_command,
    summary_lines,
    unfinished_line,
)
from harness.progress_display import progress

if TYPE_CHECKING:
    from harness.running.batch import BatchOptions, BatchResult
    from harness.running.runner import Runner, RunResult
    from harness.running.variants import Variant
    from leaderboard import Entry

Specs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOLUTION",
        help="Names such as hash or \"hash(kind='dct')\", or a file of variants.toml; default: all.",
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Repeat finished runs; each is a new entry.")]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="Only N of the test queries, the same for every solution."),
]
Seeds = Annotated[
    int, typer.Option("--seeds", min=1, max=1000, metavar="N", help="Run with N seeds, from --seed on; see the spread.")
]
Budget = Annotated[
    str | None,
    typer.Option("--budget", metavar="TIME", help="Stop after a time such as 2h, 90m or 1h30m; resume later."),
]
Log = Annotated[
    list[str] | None,
    typer.Option(
        "--log",
        metavar="TRACKER",
        help="Log each run when it ends: mlflow:URI, tensorboard:DIR or wandb:DIR; may be repeated.",
    ),
]
OUT_OF_TIME = 124  # exit code where the budget ended before the runs, as of timeout(1)


def run(
    context: typer.Context,
    specs: Specs = None,
    *,
    on: Folder,
    task: TaskOption = None,
    folds: OnFolds = False,
    limit: Limit = None,
    seeds: Seeds = 1,
    again: Again = False,
    budget: Budget = None,
    log: Log = None,
    jobs: Jobs = None,
    device: Device = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    sandbox: Sandbox = "auto",
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Run solutions in parallel, score them and add them to the leaderboard.

    A finished run is repeated only if its code, parameters, libraries or data have changed. An interrupted run resumes.

    Example, 200 queries: landmark run hash nearest --on DIR --limit 200

    Example, mean and spread over 5 seeds: landmark run softmax_entropy --on DIR --seeds 5

    Example, exit code 124 if there is more to do after 2 hours: landmark run --on DIR --budget 2h

    Example, all variants in a file, also finished ones: landmark run variants.toml --on DIR --again

    Example, logged to MLflow: landmark run hash nearest --on DIR --log mlflow:http://localhost:5000
    """
    from harness.running.budget import parse_duration
    from leaderboard.safe_text import shorten

    budget_s = None if budget is None else parse_duration(budget)
    if not json:
        say(f"{on}: running {', '.join(map(shorten, specs)) if specs else 'all solutions'}")
    from harness.device import set_device
    from harness.running.batch import BatchOptions
    from harness.running.selection import select_variants

    set_device(device)
    runner = open_runner(on, workspace_dir, timeout, memory_limit, folds=folds, limit=limit, sandbox=sandbox)
    options = BatchOptions(seed, seeds, jobs, again, budget_s)
    batch = run_reported(runner, select_variants(specs or [], runner, task, note), options, log or (), quiet=json)
    for spec, reason in batch.failures.items():
        note(failure_line(spec, reason))
    if json:
        print_json(batch_document(runner.competition.name, batch))
    else:
        _print_end(runner, batch, on, workspace_dir, folds=folds)
    if batch.unfinished:
        left = list(dict.fromkeys(run.job.spec for run in batch.unfinished))
        command = repeated_command(context, left if again else specs or [])
        note(unfinished_line(batch, command, has_budget=budget_s is not None))
        raise typer.Exit(OUT_OF_TIME)
    if batch.failures or any(result.entry.status == "failed" for result in batch.results):
        raise typer.Exit(1)


def _print_end(runner: Runner, batch: BatchResult, on: Path, workspace_dir: Path | None, *, folds: bool) -> None:
    for line in summary_lines(batch.results):
        say(line)
    if batch.results:
        print_run_board(runner, batch.results, on, workspace_dir, folds=folds)


def run_all(runner: Runner, specs: list[str], seed: int, jobs: int | None, *, quiet: bool) -> list[RunResult]:
    """Run the named solutions and return the results in their order; print each when it ends, unless `quiet`."""
    from harness.errors import PluginError
    from harness.running.batch import BatchOptions
    from harness.running.variants import Variant

    batch = run_reported(runner, [*map(Variant, specs)], BatchOptions(seed, jobs=jobs), quiet=quiet)
    for reason in batch.failures.values():
        raise PluginError(reason)
    batch.require_all()
    return batch.results


def run_reported(
    runner: Runner, variants: list[Variant], options: BatchOptions, trackers: Sequence[str] = (), *, quiet: bool
) -> BatchResult:
    """Run the variants with a line of progress; log each result to the trackers, and print it unless `quiet`."""
    from harness.running.batch import run_variants

    log = _run_log(trackers)

    def report(result: RunResult) -> None:
        print_result(result, quiet=quiet)
        log(result.entry)

    with progress() as listener:
        try:
            return run_variants(runner, variants, options, listener, report)
        except KeyboardInterrupt:
            note("interrupted; run the same command again to resume")
            raise


def _run_log(trackers: Sequence[str]) -> Callable[[Entry], None]:
    """Return what logs an entry to trackers such as `mlflow:URI`; HarnessError for one that cannot be opened."""
    if not trackers:
        return lambda _: None
    from harness.export.run_log import RunLog

    return RunLog(trackers, note).add
