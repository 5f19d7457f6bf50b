"""A tuning study: the search space, the metric, and the trials, which are stored as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from harness.atomic_files import write_atomically
from harness.errors import HarnessError, SolutionError, WorkspaceError
from harness.regular_file import read_json
from harness.running.runner import Runner
from harness.scoring.reported_metric import reported_metric
from harness.solution.description import ConfiguredSolution
from harness.solution.search_space import Range
from harness.solution.spec import split_spec, suggest_name
from harness.tuning.optuna_proposals import Parameters
from harness.tuning.range_facts import range_facts
from leaderboard import Entry
from metrics import Metric

_NOT_SCORED = "no query is scored; use fewer folds (landmark split) or more train images of each landmark"


@dataclass(frozen=True)
class Trial:
    """A solution with values of the tuned parameters, and its score on each fold.

    `arguments` follows the solution's name in a specification, `seconds` is the wall time of the runs, `runs` are their
    keys, one for each fold. If a run failed, `reason` says why and there are no scores. If one was killed from
    outside, the trial is not stored, and the next search tries it again.
    """

    number: int
    arguments: str
    folds: tuple[float, ...]
    seconds: float
    runs: tuple[str, ...] = ()
    reason: str | None = None
    killed: bool = False

    @property
    def score(self) -> float | None:
        """Return the mean over the folds, None if the trial failed."""
        return fmean(self.folds) if self.folds else None

    @property
    def deviation(self) -> float | None:
        """Return the standard deviation over the folds, None if the trial failed."""
        return stdev(self.folds) if self.folds else None


@dataclass(frozen=True)
class TuningStudy:
    """A search over the parameters of the solution `name`; `fixed` are the parameters that are not searched."""

    name: str
    fixed: Mapping[str, Any]
    defaults: Parameters  # of the searched parameters
    space: Mapping[str, Range]
    metric: Metric
    seed: int
    path: Path  # file of the trials
    competition: str = ""  # key

    def spec(self, values: Parameters) -> str:
        """Return the specification of the solution with these values; defaults are left out."""
        return self.name + self.arguments(values)

    def arguments(self, values: Parameters) -> str:
        """Return the arguments of the specification: the fixed parameters and the values."""
        others = {name: each for name, each in values.items() if repr(each) != repr(self.defaults[name])}
        given = [f"{name}={value!r}" for name, value in {**self.fixed, **others}.items()]
        return f"({', '.join(given)})" if given else ""

    def values(self, trial: Trial) -> dict[str, Any]:
        """Return the values of the searched parameters, in their order."""
        given = split_spec(f"x{trial.arguments}")[1]
        return {name: given.get(name, default) for name, default in self.defaults.items()}

    def load(self) -> dict[int, Trial]:
        """Return number -> stored trial; none if all failed, or the file is damaged: they are repeated.

        Their finished runs are not. Raises WorkspaceError if no regular file is in the place of the file.
        """
        try:
            stored = read_json(self.path)
            rows = stored["trials"]
            trials = {row["number"]: parse_trial(**row) for row in rows}
            for trial in trials.values():
                self.values(trial)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise WorkspaceError(
                f"{self.path}: cannot be read ({error.strerror}); move it away and run again"
            ) from None
        except (ValueError, TypeError, KeyError, SolutionError):
            return {}
        intact = stored.get("digest", _digest(rows)) == _digest(rows)  # files of before have no digest
        return trials if intact and any(trial.folds for trial in trials.values()) else {}

    def save(self, trials: Mapping[int, Trial]) -> None:
        """Write the trials to the file of the study."""
        rows = [asdict(trial) for _, trial in sorted(trials.items()) if not trial.killed]
        for row in rows:
            del row["killed"]
        stored = {"solution": self.spec({}), "digest": _digest(rows), "trials": rows, "about": self._about()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, json.dumps(stored, indent=1, allow_nan=False))

    def _about(self) -> dict[str, Any]:
        """Return what a page needs to know of the study besides its trials."""
        return {
            "competition": self.competition,
            "task": self.metric.task,
            "metric": self.metric.name,
            "higher_is_better": self.metric.higher_is_better,
            "seed": self.seed,
            "fixed": {name: repr(value) for name, value in self.fixed.items()},
            "defaults": {name: repr(value) for name, value in self.defaults.items()},
            "ranges": {name: range_facts(each) for name, each in self.space.items()},
        }


def _digest(rows: object) -> str:
    return sha256(json.dumps(rows).encode()).hexdigest()


def open_study(
    runner: Runner, spec: str, seed: int = 0, metric: str | None = None, only: Sequence[str] | None = None
) -> TuningStudy:
    """Return the study of the parameters that have a range and are not set in `spec`, or of those in `only`.

    A study is stored under everything that its scores depend on: solution, code, libraries, tables, images, folds,
    seed, metric and ranges.

    Raises HarnessError if there is no parameter to search, and SolutionError if the defaults are invalid.
    """
    solution, name = runner.descriptions.configured(spec), split_spec(spec)[0]
    fixed = solution.arguments
    space = _search_space(solution, only)
    scored_by = reported_metric(metric, solution.task)
    ranges = {parameter: repr(each) for parameter, each in space.items()}
    runs = [run.key for run in runner.plan([spec], seed)]
    facts = [runs, ranges, sorted(fixed), scored_by.name, seed, version("optuna")]
    key = sha256(json.dumps(facts).encode()).hexdigest()
    path = runner.workspace.study_file(f"{solution.name[:40]}-{key[:16]}")
    defaults = {parameter: solution.values[parameter] for parameter in space}
    return TuningStudy(name, fixed, defaults, space, scored_by, seed, path, runner.competition.key)


def trial_from_entries(number: int, arguments: str, entries: Sequence[Entry], metric: Metric) -> Trial:
    """Return the trial with these entries, one for each fold in order."""
    seconds = sum(stage.wall_s for entry in entries for stage in entry.stages)
    runs = tuple(entry.run_key for entry in entries)
    scores = [entry.score("all", metric.name) for entry in entries]
    reasons = [f"{each.split}: {each.reason or _NOT_SCORED}" for each in entries]
    reason = next((why for why, score in zip(reasons, scores, strict=True) if score is None), None)
    folds = () if reason else tuple(score for score in scores if score is not None)
    return Trial(number, arguments, folds, seconds, runs, reason)


def _search_space(solution: ConfiguredSolution, only: Sequence[str] | None) -> dict[str, Range]:
    name, every = solution.name, solution.solution.search_space()
    fixed = {*solution.arguments, *solution.fixed_parameters}
    free = {parameter: each for parameter, each in every.items() if parameter not in fixed}
    for parameter in free:
        if parameter not in solution.values:
            raise SolutionError(f"{name}: the default of {parameter!r} is no plain value, so it cannot be searched")
    for parameter in only or ():
        if parameter not in free:
            why = "is fixed" if parameter in fixed else f"has no range; {suggest_name(parameter, list(free))}"
            raise HarnessError(f"{name}: {parameter!r} cannot be searched: it {why}")
    if not free:
        example = "side: Annotated[int, Among(8, 16, 32)] = 16"
        raise HarnessError(f"{name}: there is nothing to search; give a parameter a range, such as {example}")
    return {parameter: each for parameter, each in free.items() if only is None or parameter in only}


def parse_trial(
    number: int,
    arguments: str,
    folds: list[float],
    seconds: float,
    runs: list[str],
    reason: str | None,
) -> Trial:
    """Return a stored trial; raise ValueError if it is invalid."""
    is_typed = isinstance(number, int) and isinstance(reason, str | None) and all(map(isfinite, (*folds, seconds)))
    is_typed = is_typed and all(isinstance(text, str) for text in (arguments, *runs))
    if not is_typed or not (len(folds) == len(runs) > 1 if reason is None else not folds):
        raise ValueError
    return Trial(number, arguments, tuple(folds), seconds, tuple(runs), reason)
