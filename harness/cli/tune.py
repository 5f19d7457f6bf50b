"""`landmark tune`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli._options import Folder, Jobs, Json, MemoryLimit, Seed, Timeout, WorkspaceOption, memory_mb
from harness.cli._output import note, number, print_json, progress, say

if TYPE_CHECKING:
    from harness.running.runner import Runner
    from harness.tuning.result import Verdict
    from harness.tuning.study import Study, Trial

_SHOWN = 5  # of the best trials

Solution = Annotated[
    str, typer.Argument(metavar="SOLUTION", help="A solution; parameters in its parentheses are fixed.")
]


def tune(
    solution: Solution,
    *,
    on: Folder,
    trials: Annotated[int, typer.Option("--trials", min=1, help="How many, those of earlier times included.")] = 50,
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAME,…", help="Search these parameters, leave the rest as is.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="METRIC", help="Instead of the one that ranks.")
    ] = None,
    folds: Annotated[int | None, typer.Option("--folds", min=2, help="How many, where none are dealt yet.")] = None,
    jobs: Jobs = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Draw it: .png, .svg or .pdf.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the best solution there.")] = None,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Search the best parameters of a solution on folds of the train images; the last line is the best solution.

    Each trial is a run on every fold. The same command goes on where it was interrupted, or adds trials to those made.
    """
    from harness.delivery.sidecar import require_writable
    from harness.plotting.figure import require_picture
    from harness.plotting.tuning import draw
    from harness.running.local_processes import Limits
    from harness.tuning.optuna_proposals import require_optuna
    from harness.tuning.result import verdict
    from harness.tuning.study import open_study

    require_optuna()
    if plot:
        require_picture(plot)
    if out:
        require_writable(out)
    runner = _runner(on, workspace, Limits(timeout, memory_mb(memory_limit)), folds)
    study = open_study(runner, solution, seed, metric, [name.strip() for name in only.split(",")] if only else None)
    note("searched: " + "; ".join(f"{name} in {each}" for name, each in study.space.items()))
    made = _made(study, runner, trials, jobs, quiet=json)
    found = verdict(study, runner, made)
    if plot:
        draw(study, made, plot)
    best = study.name + found.best.arguments
    if out:
        _write(out, best)
    if json:
        print_json(_document(study, runner, made, found))
    else:
        _tell(study, found, trials - len(made))
        say(best)


def _runner(folder: Path, workspace: Path | None, limits: Any, folds: int | None) -> Runner:
    """Return a runner on the folds there are, or on those that are dealt now."""
    from harness.cli._open import deal_folds, open_competition, open_runner
    from harness.errors import DataError

    competition, opened = open_competition(folder, workspace)
    if not len(competition.train):
        raise DataError(
            f"{folder}: parameters are searched on labelled train images, and there are none; label some in train.csv"
        )
    if folds and not opened.folds(competition.key).exists():
        deal_folds(competition, opened, folds, 0)
    runner = open_runner(folder, workspace, limits, folds=True)
    if folds and runner.folds and runner.folds.count != folds:
        raise DataError(
            f"{folder}: is dealt into {runner.folds.count} folds; landmark split {folder} --folds {folds} deals anew, "
            "and entries on the present ones are then of another deal"
        )
    return runner


def _made(study: Study, runner: Runner, trials: int, jobs: int | None, *, quiet: bool) -> list[Trial]:
    """Return the trials in their order, each told as it comes unless `quiet`."""
    from harness.tuning.search import tune

    made: list[Trial] = []
    with progress() as listener:
        try:
            for trial in tune(study, runner, trials, jobs, listener):
                made.append(trial)
                if not quiet:
                    say(_line(study, trial, made, trials))
        except KeyboardInterrupt:
            note("interrupted; what was done is kept, and the same command goes on from there")
            raise
    return sorted(made, key=lambda trial: trial.number)


def _line(study: Study, trial: Trial, made: list[Trial], trials: int) -> str:
    """Return what became of a trial, and the best score so far."""
    head = f"{len(made)}/{trials}  {study.name}{trial.arguments}: "
    if not trial.folds:
        return head + f"FAILED: {trial.reason}"
    choose = max if study.metric.higher_is_better else min
    best = choose(each.score for each in made if each.score is not None)
    return head + f"{study.metric} {_spread(trial.score, trial.deviation)}, {trial.seconds:.1f} s; best {number(best)}"


def _tell(study: Study, found: Verdict, missing: int) -> None:
    """Print the best trials, what the choice is worth, and which parameters matter."""
    say(f"\n{study.metric}, mean and standard deviation over folds of the train images")
    for trial in found.ranked[:_SHOWN]:
        say(f"{_spread(trial.score, trial.deviation):>19}  {study.name}{trial.arguments}")
    say(f"{_spread(found.default.score, found.default.deviation):>19}  the defaults")
    say(f"{_spread(found.nested, found.deviation):>19}  the best, chosen for each fold on the others")
    if found.comparison:
        say(_difference(found))
    if found.importances:
        say("importance: " + ", ".join(f"{name} {share:.2f}" for name, share in found.importances.items()))
    if missing:
        say(f"{missing} trials fewer than asked for: there is nothing else to try")


def _difference(found: Verdict) -> str:
    """Return whether the choice is better than the defaults."""
    comparison = found.comparison
    (pair,) = comparison.pairs if comparison else ()
    told = f"{pair.better} − {pair.worse}: {pair.difference:+.5f} ({pair.low:+.5f} to {pair.high:+.5f}), p {pair.p:.2g}"
    if comparison and len(comparison.tied) > 1:
        return f"{told}: cannot be told from the defaults"
    return f"{told}: {'better' if pair.better == 'tuned' else 'worse'} than the defaults"


def _spread(score: float | None, deviation: float | None) -> str:
    return "failed" if score is None else f"{number(score)} ± {number(deviation)}"


def _write(out: Path, best: str) -> None:
    from harness.atomic_files import write_whole

    write_whole(out, f"{best}\n")


def _document(study: Study, runner: Runner, made: list[Trial], found: Verdict) -> dict[str, Any]:
    """Return all that programs may want to know of a search."""
    rows = [
        asdict(trial) | {"solution": study.name + trial.arguments, "values": study.values(trial), "score": trial.score}
        for trial in made
    ]
    return {
        "competition": runner.competition.name,
        "metric": study.metric.name,
        "higher_is_better": study.metric.higher_is_better,
        "ranges": {name: str(each) for name, each in study.space.items()},
        "best": study.name + found.best.arguments,
        "nested": {"score": found.nested, "deviation": found.deviation},
        "comparison": asdict(found.comparison) if found.comparison else None,
        "importances": found.importances,
        "trials": rows,
    }
