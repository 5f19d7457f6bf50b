"""Tuning studies as their files describe them, read without importing a solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.errors import SolutionError
from harness.regular_file import read_json
from harness.solution.search_space import Among, Range, Span
from harness.solution.spec import split_spec
from harness.tuning.optuna_proposals import parameter_importances
from harness.tuning.range_facts import parse_range, parse_value
from harness.tuning.study import Trial, parse_trial
from harness.workspace import Workspace

MAX_STUDIES, MAX_BYTES = 500, 1 << 24


@dataclass(frozen=True)
class StoredStudy:
    """A study of a workspace: solution, trials by number, and the facts of its file.

    `ranges` and `defaults` are of the searched parameters. A file of an earlier version has none of them: ranges are
    then those of the values that were tried, and a default is None. `metric` is then empty.
    """

    name: str
    solution: str
    trials: Sequence[Trial]
    competition: str
    task: str
    metric: str
    higher_is_better: bool
    seed: int
    defaults: Mapping[str, Any]
    ranges: Mapping[str, Range]

    @cached_property
    def values(self) -> dict[int, dict[str, Any]]:
        """The values of the searched parameters in each trial, by its number."""
        given = {trial.number: split_spec(f"x{trial.arguments}")[1] for trial in self.trials}
        return {
            number: {name: arguments.get(name, self.defaults.get(name)) for name in self.ranges}
            for number, arguments in given.items()
        }

    @property
    def scored(self) -> list[Trial]:
        """The trials with a score, by number."""
        return [trial for trial in self.trials if trial.folds]

    @property
    def failed(self) -> list[Trial]:
        """The trials without a score, by number."""
        return [trial for trial in self.trials if not trial.folds]

    @property
    def best(self) -> Trial | None:
        """The best trial, the first one of equals; None if all failed."""
        sign = 1 if self.higher_is_better else -1
        return max(self.scored, key=lambda trial: (sign * (trial.score or 0.0), -trial.number), default=None)

    @property
    def solution_name(self) -> str:
        """The name or file of the solution, without arguments."""
        return split_spec(self.solution)[0]

    def spec(self, trial: Trial) -> str:
        """Return the specification of the solution with the values of a trial."""
        return self.solution_name + trial.arguments

    def importances(self) -> dict[str, float]:
        """Return parameter -> importance, highest first, by PED-ANOVA; empty below ten scored trials."""
        scored = [(self.values[trial.number], trial.score) for trial in self.scored]
        return parameter_importances(self.ranges, scored, higher=self.higher_is_better)


def load_studies(workspace: Workspace) -> list[StoredStudy]:
    """Return the readable studies of a workspace, by name; damaged files are left out."""
    folder = workspace.study_file("x").parent
    files = sorted(folder.glob("*.json"))[:MAX_STUDIES] if folder.is_dir() else []
    return [study for file in files if (study := _load(file))]


def _load(file: Path) -> StoredStudy | None:
    try:
        stored = read_json(file, MAX_BYTES)
        trials = sorted((parse_trial(**row) for row in stored["trials"]), key=lambda trial: trial.number)
        study = _study(file.stem, str(stored["solution"]), trials, stored.get("about") or {})
        has_values = bool(study.values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, SolutionError):
        return None
    return study if has_values else None


def _study(name: str, solution: str, trials: Sequence[Trial], about: Mapping[str, Any]) -> StoredStudy:
    ranges = {str(key): parse_range(each) for key, each in about.get("ranges", {}).items()}
    return StoredStudy(
        name,
        solution,
        trials,
        str(about.get("competition", "")),
        str(about.get("task", "")),
        str(about.get("metric", "")),
        bool(about.get("higher_is_better", True)),
        int(about.get("seed", 0)),
        {str(key): parse_value(str(text)) for key, text in about.get("defaults", {}).items()},
        ranges or _tried_ranges(solution, trials),
    )


def _tried_ranges(solution: str, trials: Sequence[Trial]) -> dict[str, Range]:
    """Return the ranges of the values that were tried, without the fixed parameters."""
    fixed = split_spec(solution)[1]
    values: dict[str, list[Any]] = {}
    for trial in trials:
        for name, value in split_spec(f"x{trial.arguments}")[1].items():
            if name not in fixed:
                values.setdefault(name, []).append(value)
    return {name: _tried_range(of, len(of) < len(trials)) for name, of in values.items()}


def _tried_range(values: Sequence[Any], has_default: bool) -> Range:
    """Return a span of numbers, or the different values; the default, which is not known, is None."""
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if is_number and len(set(values)) > 2:
        return Span(min(values), max(values))
    different = [value for number, value in enumerate(values) if value not in values[:number]]
    return Among(*([None] if has_default and None not in different else []), *different)
