"""The result of a parameter search as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.api.notebook_view import Cell, NotebookView, ViewTable
from harness.progress_display import progress
from harness.running.runner import Runner
from harness.tuning.optuna_proposals import require_optuna
from harness.tuning.result import TuningResult, summarise_study
from harness.tuning.search import tune
from harness.tuning.study import Trial, TuningStudy, open_study
from leaderboard.rendering.format_cells import metric_label

if TYPE_CHECKING:
    from pandas import DataFrame

_BEST = 5  # trials in a view


@dataclass(frozen=True, repr=False)
class TuningView(NotebookView):
    """The trials of a parameter search on folds, and their result.

    The score of the best trial is biased upwards; `nested`, a nested cross-validation estimate, is not.
    """

    competition: str
    study: TuningStudy
    trials: Sequence[Trial]
    result: TuningResult

    @property
    def best(self) -> str:
        """Return the spec of the best solution, to be run or submitted."""
        return self.study.name + self.result.best.arguments

    @property
    def nested(self) -> tuple[float, float]:
        """Return mean and standard deviation over folds of the nested cross-validation estimate."""
        return self.result.nested_mean, self.result.nested_deviation

    @property
    def importances(self) -> dict[str, float]:
        """Return the importance of each parameter; they sum to 1."""
        return dict(self.result.importances)

    @property
    def table(self) -> DataFrame:
        """Return a DataFrame with one row for each trial, in their order; a column for each searched parameter."""
        from pandas import DataFrame

        rows = [
            {
                "trial": trial.number,
                "solution": self.study.name + trial.arguments,
                **self.study.values(trial),
                "score": trial.score,
                "deviation": trial.deviation,
                "seconds": trial.seconds,
                "reason": trial.reason,
            }
            for trial in sorted(self.trials, key=lambda each: each.number)
        ]
        return DataFrame(rows)

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the best trials, the defaults and the nested estimate."""
        rows: list[list[Cell]] = [
            [trial.score, trial.deviation, self.study.name + trial.arguments] for trial in self.result.ranked[:_BEST]
        ]
        rows += [[self.result.default.score, self.result.default.deviation, "the defaults"]]
        rows += [[*self.nested, "nested cross-validation estimate of the best"]]
        shares = ", ".join(f"{name} {share:.2f}" for name, share in self.importances.items())
        title = f"{self.competition}: {self.study.name}, {len(self.trials)} trials"
        headings = [metric_label(self.study.metric.name), "deviation", "solution"]
        return [ViewTable(title, headings, rows, [f"importance: {shares}"] if shares else [])]


def tune_solution(
    runner: Runner,
    spec: str,
    *,
    trials: int,
    only: Sequence[str] | None,
    metric: str | None,
    seed: int,
    jobs: int | None,
) -> TuningView:
    """Search the parameters of a solution on the folds of a runner, and return all trials with their result."""
    require_optuna()
    study = open_study(runner, spec, seed, metric, only)
    with progress() as listener:
        completed = list(tune(study, runner, trials, jobs, listener))
    return TuningView(runner.competition.name, study, completed, summarise_study(study, runner, completed))
