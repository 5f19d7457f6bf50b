"""Try somebody's metric on many worlds, and say which law it breaks, where it departs, by how much and why."""

import csv
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
from metrics.testing.cases import World
from metrics.testing.known_mistakes import Fault, diagnose, same
from metrics.testing.properties import Law, Worlds, laws_of
from metrics.testing.slow_reference import slow_score
from metrics.testing.strategies import CONFIDENCES, LANDMARKS, worlds_for

Score = Callable[..., Any]  # (solution, submission, row_id_column_name), as Kaggle has it

_PATIENCE = 2000  # worlds to look through for a small counter-example, where one departs
_CROWD = 40  # queries; numpy's default sort is only stable for fewer than 17


@dataclass(frozen=True)
class Broken:
    """A law that does not hold, the worlds where it does not, and what the metric gave there."""

    law: Law
    worlds: Worlds
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class CounterExample:
    """The smallest world in which the score departs: what it should be, and what came out, a number or a complaint."""

    world: World
    expected: float
    outcome: str

    def write(self, folder: Path, metric: Metric) -> None:
        """Write `ground_truth.csv`, `submission.csv` and, with both values, `scores.csv` into a folder."""
        self.world.write(folder)
        with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("metric", "expected", "found"), (metric.name, self.expected, self.outcome)])


@dataclass(frozen=True)
class Report:
    """All that was found out about a function that should equal a metric."""

    metric: Metric
    n_examples: int
    broken: tuple[Broken, ...]
    counter_example: CounterExample | None
    faults: tuple[Fault, ...]

    @property
    def wrong(self) -> bool:
        """Whether it breaks a law or departs from the metric."""
        return bool(self.broken or self.counter_example)

    def lines(self, folder: Path) -> list[str]:
        """The report in words, a line for each law; `folder` is where the counter-example is written."""
        outcomes = {broken.law.name: ", then ".join(broken.outcomes) for broken in self.broken}
        laws = [
            f"FAIL {law.name}: {outcomes[law.name]}" if law.name in outcomes else f"ok   {law.name}"
            for law in laws_of(self.metric)
        ]
        if not self.counter_example:
            return [*laws, f"ok   equals {self.metric}"]
        expected, found = self.counter_example.expected, self.counter_example.outcome
        why = [f"{fault.name}: {fault.sentence}" for fault in self.faults] or ["no classic mistake explains it"]
        return [*laws, f"FAIL equals {self.metric}: expected {expected!r}, found {found}; see {folder}", *why]


@dataclass
class Candidate:
    """Somebody's metric; each world is scored once, so that even one that throws dice can be studied."""

    score: Score
    found: dict[World, float] = field(default_factory=dict)
    complaints: dict[World, str] = field(default_factory=dict)

    def __call__(self, world: World) -> float:
        """Its score, nan where it fails."""
        if world not in self.found:
            self.found[world], complaint = self._tried(world)
            if complaint:
                self.complaints[world] = complaint
        return self.found[world]

    def outcome(self, world: World) -> str:
        """What it gave, or how it failed, in words."""
        return self.complaints.get(world) or repr(self(world))

    def _tried(self, world: World) -> tuple[float, str]:
        try:
            value = self.score(*world.tables(), "id")
        except Exception as error:  # noqa: BLE001 (whatever it raises is what is reported)
            return nan, f"{type(error).__name__}: {error}"
        try:
            score = float(value)
        except (TypeError, ValueError):
            return nan, f"{value!r}, which is no number"
        return (score, "") if isfinite(score) else (nan, repr(score))


def check(score: Score, metric: Metric, examples: int = 100) -> Report:
    """What is wrong with a function of Kaggle's contract that should equal a metric; always the same for the same one.

    It is tried on `examples` worlds for each law, twice as many for equality and some with many ties.
    """
    candidate = Candidate(score)
    broken = tuple(found for law in laws_of(metric) if (found := _broken(candidate, law, metric, examples)))
    for world in _survey(metric, 2 * examples):
        candidate(world)
    departing = [world for world, value in candidate.found.items() if not same(slow_score(metric, world), value)]
    smallest = _smallest(candidate, metric, departing)
    faults = diagnose(metric, candidate.found) if departing else ()
    return Report(metric, len(candidate.found), broken, smallest, faults)


def _broken(candidate: Candidate, law: Law, metric: Metric, examples: int) -> Broken | None:
    def breaks(worlds: Worlds) -> bool:
        scores = tuple(candidate(world) for world in worlds)
        defined = law.name == "gives a finite number" or all(map(isfinite, scores))
        return defined and not law.held(metric, worlds, scores)

    worlds = _shrunk(law.worlds(metric), breaks, examples)
    return Broken(law, worlds, tuple(map(candidate.outcome, worlds))) if worlds else None


def _smallest(candidate: Candidate, metric: Metric, departing: list[World]) -> CounterExample | None:
    if not departing:
        return None
    telling = [
        world for world in departing if isfinite(candidate(world))
    ] or departing  # a number says more than an error

    def departs(world: World) -> bool:
        alike = isfinite(candidate(world)) == isfinite(candidate(telling[0]))
        return alike and not same(slow_score(metric, world), candidate(world))

    found = _shrunk(worlds_for(metric), departs, _PATIENCE)
    world = min([*telling, *([found] if found else [])], key=lambda each: len(repr(each)))
    return CounterExample(world, slow_score(metric, world), candidate.outcome(world))


def _survey(metric: Metric, examples: int) -> list[World]:
    worlds: list[World] = []

    @_settled(examples, Phase.generate)
    @given(worlds_for(metric))
    def collect(world: World) -> None:
        worlds.append(world)

    collect()
    return [*worlds, *(_crowds() if metric.task == "recognition" else ())]


def _crowds(number: int = 30) -> list[World]:
    """Worlds of many queries and few confidences."""
    dice, worlds = np.random.default_rng(0), []
    queries = [f"q{each:02}" for each in range(1, _CROWD + 1)]
    for _ in range(number):
        truth = [
            (query, tuple(dice.choice(LANDMARKS, dice.integers(0, 3), replace=False).tolist())) for query in queries
        ]
        rows = [
            (query, (int(dice.choice(LANDMARKS)), float(dice.choice(CONFIDENCES[:3]))))
            for query in dice.permutation(queries).tolist()
        ]
        worlds.append(World("recognition", (("q00", (1,)), *truth), tuple(rows)))
    return worlds


def _shrunk(strategy: SearchStrategy[Any], condition: Callable[[Any], bool], examples: int) -> Any:
    """The smallest example found that meets the condition, None if none does."""
    try:
        return find(strategy, condition, settings=_settled(examples, Phase.generate, Phase.shrink))
    except NoSuchExample:
        return None


def _settled(examples: int, *phases: Phase) -> settings:
    return settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
