"""`landmark tune`: search parameters."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli._options import (
    Device,
    Folder,
    Jobs,
    Json,
    MemoryLimit,
    Metric,
    PlotFile,
    Sandbox,
    Seed,
    Timeout,
    WorkspaceOption,
)
from harness.cli._output import format_score, note, print_json, say, write_file
from harness.progress_display import progress

if TYPE_CHECKING:
    from harness.running.runner import Runner
    from harness.sandbox.policy import Mode
    from harness.tuning.result import TuningResult
    from harness.tuning.study import Trial, TuningStudy

_N_BEST = 5  # trials to print

Solution = Annotated[str, typer.Argument(metavar="SOLUTION", help="A solution; given parameters are fixed.")]


def tune(
    solution: Solution,
    *,
    on: Folder,
    trials: Annotated[int, typer.Option("--trials", min=1, help="Number of trials, including earlier ones.")] = 50,
    only: Annotated[str | None, typer.Option("--only", metavar="NAME,…", help="Search only these parameters.")] = None,
    metric: Metric = None,
    folds: Annotated[
        int | None, typer.Option("--folds", min=2, help="Number of folds to create if there are none.")
    ] = None,
    jobs: Jobs = None,
    device: Device = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    sandbox: Sandbox = "auto",
    plot: PlotFile = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="File for the best solution.")] = None,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Search the best parameters of a solution on folds of the train images; the last line is the best solution.

    Each trial is one run per fold. The same command resumes an interrupted search, or adds trials to a finished one.

    Example: landmark tune hash --on demo --trials 20
    """
    from harness.atomic_files import require_writable
    from harness.device import set_device
    from harness.plotting.figure import require_picture
    from harness.plotting.tuning import draw_tuning
    from harness.tuning.optuna_proposals import require_optuna
    from harness.tuning.result import summarise_study
    from harness.tuning.study import open_study

    require_optuna()
    set_device(device)
    if plot:
        require_picture(plot)
    if out:
        require_writable(out)
    runner = _open_runner(on, workspace_dir, timeout, memory_limit, sandbox, folds)
    study = open_study(runner, solution, seed, metric, [name.strip() for name in only.split(",")] if only else None)
    note("search space: " + "; ".join(f"{name} in {values}" for name, values in study.space.items()))
    completed = _run_trials(study, runner, trials, jobs, quiet=json)
    result = summarise_study(study, runner, completed)
    if plot:
        draw_tuning(study, completed, plot)
    best = study.name + result.best.arguments
    if out:
        write_file(out, f"{best}\n")
    if json:
        print_json(_document(study, runner, completed, result))
    else:
        _print_result(study, result, trials - len(completed))
        say(best)


def _open_runner(
    folder: Path,
    workspace_dir: Path | None,
    timeout: float | None,
    memory_limit: str | None,
    sandbox: Mode,
    folds: int | None,
) -> Runner:
    """Return a runner on the existing folds, or on new ones."""
    from harness.cli._open import open_competition, open_runner
    from harness.data.split import ensure_folds
    from harness.errors import DataError

    competition, workspace = open_competition(folder, workspace_dir)
    if not len(competition.train):
        raise DataError(f"{folder}: tuning needs labelled train images, and train.csv has none")
    if folds:
        ensure_folds(competition, workspace.folds_file(competition.key), folds)
    return open_runner(folder, workspace_dir, timeout, memory_limit, folds=True, sandbox=sandbox)


def _run_trials(study: TuningStudy, runner: Runner, trials: int, jobs: int | None, *, quiet: bool) -> list[Trial]:
    """Return the trials in their order; print each when it ends, unless `quiet`."""
    from harness.tuning.search import tune

    completed: list[Trial] = []
    with progress() as listener:
        try:
            for trial in tune(study, runner, trials, jobs, listener):
                completed.append(trial)
                if not quiet:
                    say(_line(study, trial, completed, trials))
        except KeyboardInterrupt:
            note("interrupted; run the same command again to resume")
            raise
    return sorted(completed, key=lambda trial: trial.number)


def _line(study: TuningStudy, trial: Trial, completed: list[Trial], trials: int) -> str:
    """Return the score of a trial and the best score so far, in one line."""
    prefix = f"{len(completed)}/{trials}  trial {trial.number}  {study.name}{trial.arguments}: "
    if not trial.folds:
        return prefix + f"FAILED: {trial.reason}"
    choose = max if study.metric.higher_is_better else min
    best = choose(trial.score for trial in completed if trial.score is not None)
    return (
        prefix
        + f"{study.metric} {_spread(trial.score, trial.deviation)}, {trial.seconds:.1f} s; best {format_score(best)}"
    )


def _print_result(study: TuningStudy, result: TuningResult, missing: int) -> None:
    """Print the best trials, their nested cross-validation score, and the importance of parameters."""
    from leaderboard.rendering.format_cells import metric_label

    say(f"\n{metric_label(study.metric.name)}, mean and standard deviation over folds of the train images")
    for trial in result.ranked[:_N_BEST]:
        say(f"{_spread(trial.score, trial.deviation):>19}  {study.name}{trial.arguments}")
    say(f"{_spread(result.default.score, result.default.deviation):>19}  the defaults")
    say(f"{_spread(result.nested_mean, result.nested_deviation):>19}  nested cross-validation estimate of the best")
    if result.comparison:
        say(_difference(result))
    if result.importances:
        say("importance: " + ", ".join(f"{name} {share:.2f}" for name, share in result.importances.items()))
    if missing:
        say(f"{missing} fewer trials than requested: no other parameters exist")


_COMPARED = {"tuned": "nested estimate", "default": "defaults"}


def _difference(result: TuningResult) -> str:
    """Return the comparison of the nested estimate and the default parameters, in one line."""
    comparison = result.comparison
    (pair,) = comparison.pairs if comparison else ()
    better, worse = (_COMPARED[name] for name in (pair.better, pair.worse))
    difference = f"{better} − {worse}: {pair.difference:+.5f} ({pair.low:+.5f} to {pair.high:+.5f}), p {pair.p:.2g}"
    if comparison and len(comparison.tied) > 1:
        return f"{difference}: not significantly different from the defaults"
    return f"{difference}: {'better' if pair.better == 'tuned' else 'worse'} than the defaults"


def _spread(score: float | None, deviation: float | None) -> str:
    return "failed" if score is None else f"{format_score(score)} ± {format_score(deviation)}"


def _document(study: TuningStudy, runner: Runner, completed: list[Trial], result: TuningResult) -> dict[str, Any]:
    """Return the search as a JSON document."""
    rows = [
        asdict(trial) | {"solution": study.name + trial.arguments, "values": study.values(trial), "score": trial.score}
        for trial in completed
    ]
    return {
        "competition": runner.competition.name,
        "metric": study.metric.name,
        "higher_is_better": study.metric.higher_is_better,
        "ranges": {name: str(values) for name, values in study.space.items()},
        "best": study.name + result.best.arguments,
        "nested": {"score": result.nested_mean, "deviation": result.nested_deviation},
        "comparison": asdict(result.comparison) if result.comparison else None,
        "importances": result.importances,
        "trials": rows,
    }
