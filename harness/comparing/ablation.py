"""Run a solution step by step, as it grew: what each step scores, and whether its gain may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from harness.comparing.compare import compare_entries
from harness.comparing.entry_lookup import EntryLookup
from harness.errors import HarnessError
from harness.solution.ablation_step import Step
from harness.solution.base import identity
from harness.solution.registry import load_solution
from harness.solution.spec import split_spec
from leaderboard import Entry

Bounds = tuple[float, float]


@dataclass(frozen=True)
class StepGain:
    """What a step adds to the score of the one above, its 95 % interval, and how probable so much is by chance."""

    difference: float
    interval: Bounds
    p: float


@dataclass(frozen=True)
class AblationRow:
    """A step with its entries: one, or one a fold."""

    step: Step
    identity: str
    entries: tuple[Entry, ...]
    gain: StepGain | None = None

    def score(self, part: str) -> float | None:
        """Return the score of a part, the mean over the folds; None where one of them has none."""
        scores = [each.score(part) for each in self.entries]
        found = [score for score in scores if score is not None]
        return fmean(found) if found and len(found) == len(scores) else None

    def interval(self, part: str) -> Bounds | None:
        """Return the 95 % interval of the score of a part; None over folds."""
        return self.entries[0].intervals.get(part) if len(self.entries) == 1 else None

    @property
    def wall_s(self) -> float:
        """Return the seconds that the runs took, whenever that was."""
        return sum(each.cost.wall_s or 0.0 for each in self.entries)


def ablation_steps(spec: str, register: Path) -> list[tuple[Step, str]]:
    """Return each step of a solution, and the solution that stops there as the command line takes it.

    The parameters that `spec` sets hold for every step. Raises HarnessError for a solution without steps.
    """
    (name, arguments), solution = split_spec(spec), load_solution(spec, register)
    if not solution.ablation_steps:
        raise HarnessError(f"{name} names no steps (its `ladder`), so there is nothing to take away from it")
    return [(step, _written(name, {**step.parameters, **arguments})) for step in solution.ablation_steps]


def ablation_table(
    steps: Sequence[tuple[Step, str]], entries: Sequence[Entry], lookup: EntryLookup, part: str, seed: int = 0
) -> list[AblationRow]:
    """Return the ladder, of the entries that running its solutions gave; gains are those on the queries of a part."""
    found: list[AblationRow] = []
    for step, spec in steps:
        name = identity(load_solution(spec, lookup.workspace.register))
        own = tuple(entry for entry in entries if entry.identity == name)
        above = found[-1] if found and step.adds else None
        found.append(AblationRow(step, name, own, _gain(above, name, own, lookup, part, seed)))
    return found


def _gain(
    above: AblationRow | None, name: str, own: tuple[Entry, ...], contenders: EntryLookup, part: str, seed: int
) -> StepGain | None:
    if above is None or above.identity == name or any(e.status != "scored" for e in (*own, *above.entries)):
        return None
    both = (above.identity, above.entries), (name, own)
    called = [of if contenders.folds else f"#{entries[0].id}" for of, entries in both]  # not an earlier, better one
    pair = compare_entries(called, contenders, part=part, seed=seed).comparison.pairs[0]
    if pair.better == name:
        return StepGain(pair.difference, (pair.low, pair.high), pair.p)
    return StepGain(-pair.difference, (-pair.high, -pair.low), pair.p)


def _written(name: str, arguments: dict[str, object]) -> str:
    told = ", ".join(f"{each}={value!r}" for each, value in arguments.items())
    return f"{name}({told})" if told else name
