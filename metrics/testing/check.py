"""Check a function against a metric on many cases: violated properties, a counter-example, the likely mistake."""

import csv
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from metrics.base import Metric
from metrics.testing.cases import ScoringCase, slow_score
from metrics.testing.known_mistakes import KnownMistake, diagnose, scores_agree
from metrics.testing.properties import Cases, MetricProperty, properties_of
from metrics.testing.strategies import CONFIDENCES, LANDMARKS, cases_for

Score = Callable[..., Any]  # (solution, submission, row_id_column_name), as in Kaggle's contract

_MAX_SHRINKING_EXAMPLES = 2000  # cases tried to find a smaller counter-example
_NO_MISTAKE = "neither one known mistake nor two explain it; correct what the first FAIL line says, then check again"
_N_CROWDED = 40  # queries; numpy's default sort is only stable for fewer than 17


@dataclass(frozen=True)
class PropertyViolation:
    """A property that does not hold, the cases where it does not, and the outcomes there."""

    violated: MetricProperty
    cases: Cases
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class CounterExample:
    """The smallest case with a wrong score: the expected score, and the outcome, a number or an error."""

    case: ScoringCase
    expected: float
    outcome: str

    def write(self, folder: Path, metric: Metric) -> None:
        """Write `ground_truth.csv`, `submission.csv` and, with both scores, `scores.csv` into a folder."""
        self.case.write(folder)
        with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("metric", "expected", "found"), (metric.name, self.expected, self.outcome)])


@dataclass(frozen=True)
class MetricCheckReport:
    """The result of checking a function that should equal a metric."""

    metric: Metric
    n_examples: int
    violations: tuple[PropertyViolation, ...]
    counter_example: CounterExample | None
    mistakes: tuple[KnownMistake, ...]

    @property
    def wrong(self) -> bool:
        """Whether the function violates a property or differs from the metric."""
        return bool(self.violations or self.counter_example)

    def lines(self, folder: Path) -> list[str]:
        """The report as text, a line for each property; `folder` is where the counter-example is written."""
        outcomes = {each.violated.name: ", then ".join(each.outcomes) for each in self.violations}
        lines = [
            f"FAIL {each.name}: {outcomes[each.name]}" if each.name in outcomes else f"ok   {each.name}"
            for each in properties_of(self.metric)
        ]
        if not self.counter_example:
            return [*lines, f"ok   equals {self.metric}"]
        expected, outcome = self.counter_example.expected, self.counter_example.outcome
        why = [f"{each.name}: {each.sentence}" for each in self.mistakes] or [_NO_MISTAKE]
        return [*lines, f"FAIL equals {self.metric}: expected {expected!r}, found {outcome}; see {folder}", *why]


@dataclass
class CandidateScorer:
    """The function to be checked; it scores each case once, so that even a random one can be checked."""

    score: Score
    results: dict[ScoringCase, tuple[float, str]] = field(default_factory=dict)

    def __call__(self, case: ScoringCase) -> float:
        """Return the score of a case, nan where the function fails."""
        if case not in self.results:
            self.results[case] = self._try(case)
        return self.results[case][0]

    @property
    def scores(self) -> dict[ScoringCase, float]:
        """Return the scores of all cases so far."""
        return {case: score for case, (score, _) in self.results.items()}

    def outcome(self, case: ScoringCase) -> str:
        """Return the score of a case, or how the function failed, as text."""
        score = self(case)
        return self.results[case][1] or repr(score)

    def _try(self, case: ScoringCase) -> tuple[float, str]:
        try:
            with warnings.catch_warnings(action="ignore"):  # of division by zero, hundreds of them
                value = self.score(*case.tables(), "id")
        except Exception as error:  # noqa: BLE001 (whatever it raises is what is reported)
            return nan, f"{type(error).__name__}: {error}"
        try:
            score = float(value)
        except (TypeError, ValueError):
            return nan, f"{value!r}, which is not a number"
        return (score, "") if isfinite(score) else (nan, repr(score))


def check(score: Score, metric: Metric, examples: int = 100) -> MetricCheckReport:
    """Check a function of Kaggle's contract that should equal a metric; the result is deterministic.

    It is tried on `examples` cases for each property, on twice as many for equality, and on some with many ties.
    """
    candidate = CandidateScorer(score)
    tried = [_violation(candidate, each, metric, examples) for each in properties_of(metric)]
    for case in _sample_cases(metric, 2 * examples):
        candidate(case)
    wrong = [case for case, score in candidate.scores.items() if not scores_agree(slow_score(metric, case), score)]
    smallest = _counter_example(candidate, metric, wrong) if wrong else None
    mistakes = diagnose(metric, candidate.scores) if wrong else ()
    return MetricCheckReport(metric, len(candidate.results), tuple(filter(None, tried)), smallest, mistakes)


def _violation(
    candidate: CandidateScorer, stated: MetricProperty, metric: Metric, examples: int
) -> PropertyViolation | None:
    def violates(cases: Cases) -> bool:
        scores = tuple(candidate(case) for case in cases)
        defined = stated.name == "gives a finite number" or all(map(isfinite, scores))
        return defined and not stated.holds(metric, cases, scores)

    cases = _smallest_example(stated.cases(metric), violates, examples)
    return PropertyViolation(stated, cases, tuple(map(candidate.outcome, cases))) if cases else None


def _counter_example(candidate: CandidateScorer, metric: Metric, wrong: list[ScoringCase]) -> CounterExample:
    wrong = [case for case in wrong if isfinite(candidate(case))] or wrong  # a number says more than an error

    def is_wrong(case: ScoringCase) -> bool:
        alike = isfinite(candidate(case)) == isfinite(candidate(wrong[0]))
        return alike and not scores_agree(slow_score(metric, case), candidate(case))

    smaller = _smallest_example(cases_for(metric), is_wrong, _MAX_SHRINKING_EXAMPLES)
    case = min([*wrong, *([smaller] if smaller else [])], key=lambda each: len(repr(each)))
    return CounterExample(case, slow_score(metric, case), candidate.outcome(case))


def _sample_cases(metric: Metric, examples: int) -> list[ScoringCase]:
    cases: list[ScoringCase] = []

    @_settings(examples, Phase.generate)
    @given(cases_for(metric))
    def collect(case: ScoringCase) -> None:
        cases.append(case)

    collect()
    return [*cases, *(_crowded_cases() if metric.task == "recognition" else ())]


def _crowded_cases(number: int = 30) -> list[ScoringCase]:
    """Return cases of many queries and few different confidences."""
    draw, cases = np.random.default_rng(0), []
    queries = [f"q{each:02}" for each in range(1, _N_CROWDED + 1)]
    for _ in range(number):
        shown = [draw.choice(LANDMARKS, draw.integers(0, 3), replace=False).tolist() for _ in queries]
        truth = [(query, tuple(landmarks)) for query, landmarks in zip(queries, shown, strict=True)]
        order = draw.permutation(queries).tolist()
        rows = [(query, (int(draw.choice(LANDMARKS)), float(draw.choice(CONFIDENCES[:3])))) for query in order]
        cases.append(ScoringCase("recognition", (("q00", (1,)), *truth), tuple(rows)))
    return cases


def _smallest_example(strategy: SearchStrategy[Any], condition: Callable[[Any], bool], examples: int) -> Any:
    """Return the smallest example that Hypothesis finds for the condition, None if it finds none."""
    try:
        return find(strategy, condition, settings=_settings(examples, Phase.generate, Phase.shrink))
    except NoSuchExample:
        return None


def _settings(examples: int, *phases: Phase) -> settings:
    return settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
