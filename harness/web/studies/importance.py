"""The importance of parameters for the score of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import fmean
from typing import Any

from harness.solution.search_space import Among
from harness.tuning.stored_study import StoredStudy

_MIN_SCORED, _N_GROUPS = 4, 3


@dataclass(frozen=True)
class Importances:
    """Parameters with their importance, highest first, and the name of the measure; none with too few trials."""

    measure: str
    shares: Sequence[tuple[str, float]]


def parameter_importances(study: StoredStudy) -> Importances:
    """Return PED-ANOVA's importances, else, with few trials or without Optuna, the shares of the variance."""
    found = study.importances() if find_spec("optuna") else {}
    if found:
        return Importances("PED-ANOVA (Watanabe et al., 2023)", list(found.items()))
    if len(study.scored) < _MIN_SCORED:
        return Importances("", [])
    shares = {name: variance_share(*_groups(study, name)) for name in study.ranges}
    measure = "share of the variance of the scores that lies between values; rough with few trials"
    return Importances(measure, sorted(shares.items(), key=lambda pair: (-pair[1], pair[0])))


def variance_share(groups: Sequence[Any], scores: Sequence[float]) -> float:
    """Return the correlation ratio: the variance between groups as a share of the whole variance.

    >>> variance_share(["a", "a", "b", "b"], [1, 1, 2, 2]), variance_share(["a", "b", "a", "b"], [1, 1, 2, 2])
    (1.0, 0.0)
    """
    mean = fmean(scores)
    total = sum((score - mean) ** 2 for score in scores)
    if total <= 0:
        return 0.0
    by_group: dict[Any, list[float]] = {}
    for group, score in zip(groups, scores, strict=True):
        by_group.setdefault(group, []).append(score)
    return round(sum(len(of) * (fmean(of) - mean) ** 2 for of in by_group.values()) / total, 6)


def _groups(study: StoredStudy, name: str) -> tuple[list[Any], list[float]]:
    """Return the group of each scored trial, a value or a third of the numbers, and the scores."""
    values = [study.values[trial.number][name] for trial in study.scored]
    scores = [trial.score or 0.0 for trial in study.scored]
    if isinstance(study.ranges[name], Among):
        return [repr(value) for value in values], scores
    numbers = sorted(value for value in values if value is not None)
    ends = [numbers[len(numbers) * part // _N_GROUPS] for part in range(1, _N_GROUPS)] if numbers else []
    return [sum(value >= end for end in ends) if value is not None else None for value in values], scores
