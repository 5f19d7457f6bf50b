"""Propose parameter values by Optuna's tree-structured Parzen estimator, as a pure function of the trials so far.

No Optuna state is kept between calls: a proposal depends on the trials, the seed and its number only, so that a resumed
search proposes the same values.

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
from harness.installation import install_command
from harness.solution.search_space import Among, Range, Span

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

Parameters = Mapping[str, Any]  # parameter -> value
SearchSpace = Mapping[str, Range]
ScoredValues = tuple[Parameters, float | None]  # and the score, None if the trial failed

_N_RANDOM = 10  # first trials, drawn at random
_TPE_ATTEMPTS, _RANDOM_ATTEMPTS = 8, 500  # at values that were not tried yet
_DIGITS = 3
_MIN_TRIALS = 10  # for parameter importances


def require_optuna() -> None:
    """Raise HarnessError if Optuna is not installed."""
    if find_spec("optuna") is None:
        raise HarnessError(
            f"optuna, which proposes parameters, is not installed; install it with: {install_command('tuning')}"
        )


def propose(
    space: SearchSpace, scored: Sequence[ScoredValues], pending: Sequence[Parameters], seed: int, *, higher: bool
) -> dict[str, Any] | None:
    """Return values that were neither tried nor are pending; None if there are no others.

    A failed trial counts as worse than all others. `higher` says that higher scores are better.
    """
    tried = [values for values, _ in scored] + list(pending)
    number = len(tried)
    with _quiet():
        for attempt in range(_TPE_ATTEMPTS):
            values = _ask(_study(space, scored, pending, _sampler(seed, number, attempt), higher=higher), space)
            if values not in tried:
                return values
        study = _study(space, (), (), _sampler(seed, number, _TPE_ATTEMPTS), higher=higher)
        candidates = (_ask(study, space) for _ in range(_RANDOM_ATTEMPTS))
        return next((values for values in candidates if values not in tried), None)


def parameter_importances(space: SearchSpace, trials: Sequence[ScoredValues], *, higher: bool) -> dict[str, float]:
    """Return parameter -> importance for a good score, in descending order; importances sum to 1.

    Empty for a single parameter or fewer than ten scored trials. Source: PED-ANOVA, S. Watanabe et al., 2023.
    """
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    scored = [each for each in trials if each[1] is not None]
    with _quiet():
        study = _study(space, scored, (), None, higher=higher)
        if len(space) < 2 or len(study.trials) < _MIN_TRIALS:
            return {}
        return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())


def round_to_span(span: Span, value: float) -> float:
    """Round a value to few significant digits within the span, so that it can be read and typed.

    >>> spans = Span(0.0, 1.0), Span(1e-6, 1e-1, log=True), Span(4, 32)
    >>> [round_to_span(span, value) for span, value in zip(spans, (0.123456, 0.000123456, 7))]
    [0.123, 0.0001235, 7]
    """
    if isinstance(span.low, int):
        return value
    width = span.step or span.high - span.low
    scale = min(abs(value), width) if span.log else width
    return min(span.high, max(span.low, round(value, _DIGITS - floor(log10(scale)))))


def _ask(study: Study, space: SearchSpace) -> dict[str, Any]:
    from optuna.trial import TrialState

    trial = study.ask({name: _distribution(each) for name, each in space.items()})
    values = {name: _from_optuna(each, trial.params[name]) for name, each in space.items()}
    study.tell(trial, state=TrialState.FAIL)
    return values


def _study(
    space: SearchSpace,
    scored: Sequence[ScoredValues],
    pending: Sequence[Parameters],
    sampler: BaseSampler | None,
    *,
    higher: bool,
) -> Study:
    """Return an in-memory study without the trials outside the space, as default values may be."""
    from optuna import create_study

    study = create_study(direction="maximize" if higher else "minimize", sampler=sampler)
    for values, score in [*scored, *((values, np.nan) for values in pending)]:
        trial = _frozen_trial(space, values, score)
        if trial:
            study.add_trial(trial)
    return study


def _frozen_trial(space: SearchSpace, values: Parameters, score: float | None) -> FrozenTrial | None:
    from optuna.trial import TrialState, create_trial

    try:
        params = {name: _to_optuna(each, values[name]) for name, each in space.items()}
    except ValueError:
        return None
    distributions = {name: _distribution(each) for name, each in space.items()}
    if score is None or np.isnan(score):  # Optuna ranks pruned trials last
        state = TrialState.PRUNED if score is None else TrialState.RUNNING
        return create_trial(state=state, params=params, distributions=distributions)
    return create_trial(value=score, params=params, distributions=distributions)


def _distribution(range_: Range) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(range_, Among):
        return CategoricalDistribution(range(len(range_.values)))
    if isinstance(range_.low, int):
        return IntDistribution(range_.low, int(range_.high), range_.log, int(range_.step or 1))
    return FloatDistribution(range_.low, range_.high, range_.log, range_.step)


def _to_optuna(range_: Range, value: object) -> Any:
    """Return the value as Optuna stores it, a choice as its position; raise ValueError if it is out of range."""
    if isinstance(range_, Among):
        return range_.values.index(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not range_.low <= value <= range_.high:
        raise ValueError
    return value


def _from_optuna(range_: Range, stored: Any) -> Any:
    return range_.values[stored] if isinstance(range_, Among) else round_to_span(range_, stored)


def _sampler(seed: int, number: int, attempt: int) -> BaseSampler:
    """Return the sampler of an attempt at a trial: the estimator, or after its last attempt a random one."""
    from optuna.samplers import RandomSampler, TPESampler

    key = int(np.random.SeedSequence((seed, number, attempt)).generate_state(1)[0])
    if attempt == _TPE_ATTEMPTS:
        return RandomSampler(seed=key)
    return TPESampler(n_startup_trials=_N_RANDOM, multivariate=False, constant_liar=True, seed=key)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the logs and warnings of Optuna in the block, and those of its import in notebooks without ipywidgets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from optuna import logging

        before = logging.get_verbosity()
        logging.set_verbosity(logging.ERROR)
        try:
            yield
        finally:
            logging.set_verbosity(before)
