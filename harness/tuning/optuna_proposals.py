"""Which values to try next: Optuna's tree-structured Parzen estimator, asked as a function of what is known.

Nothing of Optuna outlives a question, so that a proposal depends on the trials, the seed and its number alone: a search
that goes on after an interruption is the one that would have been.

Source: "Algorithms for Hyper-Parameter Optimization", J. Bergstra et al., 2011; Optuna's `TPESampler`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from math import floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.errors import HarnessError
from harness.solution.search_space import Among, Range, Span

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

ParameterValues = Mapping[str, Any]  # parameter -> value
SearchSpace = Mapping[str, Range]
ScoredValues = tuple[ParameterValues, float | None]  # what was tried and its score, None if it failed

_FIRST = 10  # trials that are drawn at random
_ASKED, _DRAWN = 8, 500  # times that the estimator, and then chance, is asked for something new
_DIGITS = 3
_FEWEST = 10  # trials that tell something of importance


def require_optuna() -> None:
    """Raise HarnessError where Optuna is not installed."""
    if find_spec("optuna") is None:
        raise HarnessError(
            "optuna is not installed, which proposes parameters; pip install 'landmark[tuning]' brings it"
        )


def propose(
    space: SearchSpace, scored: Sequence[ScoredValues], pending: Sequence[ParameterValues], seed: int, *, higher: bool
) -> dict[str, Any] | None:
    """Return values that were not tried yet and are not pending; None where no others were found.

    A failed trial counts as worse than all others. `higher` says that higher scores are better.
    """
    seen = [values for values, _ in scored] + list(pending)
    number = len(seen)
    with _quiet():
        for attempt in range(_ASKED):
            found = _asked(_study(space, scored, pending, _sampler(seed, number, attempt), higher=higher), space)
            if found not in seen:
                return found
        drawing = _study(space, (), (), _chance(seed, number), higher=higher)
        drawn = (_asked(drawing, space) for _ in range(_DRAWN))
        return next((found for found in drawn if found not in seen), None)


def parameter_importances(space: SearchSpace, told: Sequence[ScoredValues], *, higher: bool) -> dict[str, float]:
    """Return how much of what makes a score good is each parameter's, the most important first; they add up to 1.

    Empty where there is one parameter, or fewer than ten scores. Source: PED-ANOVA, S. Watanabe et al., 2023.
    """
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    scored = [each for each in told if each[1] is not None]
    with _quiet():
        study = _study(space, scored, (), None, higher=higher)
        if len(space) < 2 or len(study.trials) < _FEWEST:
            return {}
        return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())


def round_to_span(span: Span, value: float) -> float:
    """Return a value in few digits that is still within the span, so that it can be read and typed.

    >>> rounded(Span(0.0, 1.0), 0.123456), rounded(Span(1e-6, 1e-1, log=True), 0.000123456), rounded(Span(4, 32), 7)
    (0.123, 0.0001235, 7)
    """
    if isinstance(span.low, int):
        return value
    width = span.step or span.high - span.low
    scale = min(abs(value), width) if span.log else width
    return min(span.high, max(span.low, round(value, _DIGITS - floor(log10(scale)))))


def _asked(study: Study, space: SearchSpace) -> dict[str, Any]:
    trial = study.ask(_distributions(space))
    found = {name: _outer(each, trial.params[name]) for name, each in space.items()}
    study.tell(trial, state=_state("FAIL"))
    return found


def _study(
    space: SearchSpace, told: Sequence[ScoredValues], pending: Sequence[ParameterValues], sampler: BaseSampler | None, *, higher: bool
) -> Study:
    """Return a study in memory; trials outside the space, as a default may be, are left out."""
    from optuna import create_study

    study = create_study(direction="maximize" if higher else "minimize", sampler=sampler)
    for values, score in [*told, *((values, np.nan) for values in pending)]:
        trial = _frozen(space, values, score)
        if trial:
            study.add_trial(trial)
    return study


def _frozen(space: SearchSpace, values: ParameterValues, score: float | None) -> FrozenTrial | None:
    from optuna.trial import create_trial

    try:
        inner = {name: _inner(each, values[name]) for name, each in space.items()}
    except ValueError:
        return None
    if score is None:  # pruned without a word: the worst
        return create_trial(state=_state("PRUNED"), params=inner, distributions=_distributions(space))
    if np.isnan(score):
        return create_trial(state=_state("RUNNING"), params=inner, distributions=_distributions(space))
    return create_trial(value=score, params=inner, distributions=_distributions(space))


def _state(name: str) -> Any:
    from optuna.trial import TrialState

    return TrialState[name]


def _distributions(space: SearchSpace) -> dict[str, BaseDistribution]:
    return {name: _distribution(each) for name, each in space.items()}


def _distribution(range_: Range) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(range_, Among):
        return CategoricalDistribution(range(len(range_.values)))
    if isinstance(range_.low, int):
        return IntDistribution(range_.low, int(range_.high), range_.log, int(range_.step or 1))
    return FloatDistribution(range_.low, range_.high, range_.log, range_.step)


def _inner(range_: Range, value: object) -> Any:
    """Return a value as Optuna has it, one of several as its place; ValueError if it is not in the range."""
    if isinstance(range_, Among):
        return range_.values.index(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not range_.low <= value <= range_.high:
        raise ValueError
    return value


def _outer(range_: Range, inner: Any) -> Any:
    return range_.values[inner] if isinstance(range_, Among) else round_to_span(range_, inner)


def _sampler(seed: int, number: int, attempt: int) -> BaseSampler:
    from optuna.samplers import TPESampler

    key = _drawn(seed, number, attempt)
    return TPESampler(n_startup_trials=_FIRST, multivariate=False, constant_liar=True, seed=key)


def _chance(seed: int, number: int) -> BaseSampler:
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=_drawn(seed, number, _ASKED))


def _drawn(*key: int) -> int:
    return int(np.random.SeedSequence(key).generate_state(1)[0])


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Optuna neither log nor warn of what it calls experimental while the block lasts."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
