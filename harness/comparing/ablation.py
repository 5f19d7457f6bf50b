"""Ablation of a solution: the score of each step, its gain over the step above, and its significance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from harness.comparing.compare import compare_entries
from harness.comparing.entry_lookup import EntryLookup
from harness.errors import HarnessError
from harness.running.description.descriptions import SolutionDescriptions
from harness.solution.ablation_step import Step
from harness.solution.spec import split_spec
from leaderboard import Entry

Bounds = tuple[float, float]


@dataclass(frozen=True)
class StepGain:
    """The gain of a step over the one above, its 95 % interval, and its p-value (paired permutation test)."""

    difference: float
    interval: Bounds
    p: float


@dataclass(frozen=True)
class AblationRow:
    """A step with its entries: one, or one for each fold."""

    step: Step
    identity: str
    entries: tuple[Entry, ...]
    gain: StepGain | None = None

    def score(self, part: str) -> float | None:
        """Return the score of a part, the mean over the folds; None if an entry has none."""
        scores = [each.score(part) for each in self.entries]
        values = [score for score in scores if score is not None]
        return fmean(values) if values and len(values) == len(scores) else None

    def interval(self, part: str) -> Bounds | None:
        """Return the 95 % interval of the score of a part; None over folds."""
        return self.entries[0].intervals.get(part) if len(self.entries) == 1 else None

    @property
    def wall_s(self) -> float:
        """Return the wall-clock seconds of the runs."""
        return sum(each.cost.wall_s or 0.0 for each in self.entries)


def ablation_steps(spec: str, register: Path, competition: Path | None = None) -> list[tuple[Step, str]]:
    """Return each ablation step of a solution and its specification; raise HarnessError for a solution without steps.

    The parameters set in `spec` hold for every step. The code of the steps cannot read the tables of the `competition`.
    """
    name, configured = split_spec(spec)[0], SolutionDescriptions(register, competition).configured(spec)
    steps = configured.solution.steps
    if not steps:
        raise HarnessError(f"{name} has no ablation steps; landmark ablate lists the solutions that have some")
    return [(step, _format_spec(name, {**step.parameters, **configured.arguments})) for step in steps]


def ablation_table(
    steps: Sequence[tuple[Step, str]], entries: Sequence[Entry], lookup: EntryLookup, part: str, seed: int = 0
) -> list[AblationRow]:
    """Return a row for each step from the entries of its runs; gains are computed on the queries of a part."""
    rows: list[AblationRow] = []
    names = step_identities(steps, lookup.workspace.register)
    for (step, _), name in zip(steps, names, strict=True):
        own = tuple(entry for entry in entries if entry.identity == name)
        above = rows[-1] if rows and step.adds else None
        rows.append(AblationRow(step, name, own, _gain(above, name, own, lookup, part, seed)))
    return rows


def step_identities(steps: Sequence[tuple[Step, str]], register: Path) -> list[str]:
    """Return the identity of each step."""
    return [each.identity for each in SolutionDescriptions(register).several([spec for _, spec in steps])]


def _gain(
    above: AblationRow | None, name: str, own: tuple[Entry, ...], lookup: EntryLookup, part: str, seed: int
) -> StepGain | None:
    if above is None or above.identity == name or any(e.status != "scored" for e in (*own, *above.entries)):
        return None
    systems = (above.identity, above.entries), (name, own)
    names = [of if lookup.folds else f"#{entries[0].id}" for of, entries in systems]  # not an earlier, better entry
    pair = compare_entries(names, lookup, part=part, seed=seed).comparison.pairs[0]
    if pair.better == name:
        return StepGain(pair.difference, (pair.low, pair.high), pair.p)
    return StepGain(-pair.difference, (-pair.high, -pair.low), pair.p)


def _format_spec(name: str, arguments: dict[str, object]) -> str:
    listing = ", ".join(f"{each}={value!r}" for each, value in arguments.items())
    return f"{name}({listing})" if listing else name
