"""Entries: the results of runs of solutions on splits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Literal, NamedTuple

from leaderboard.errors import LeaderboardError
from leaderboard.safe_text import shorten

Status = Literal["scored", "unscored", "failed"]


@dataclass(frozen=True)
class Stage:
    """The cost of one stage of a run (fit, rank, …): seconds of wall clock and CPU, peak memory in MB."""

    name: str
    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class Coverage:
    """The number of queries of a run, and how many were answered, answered with an empty list, and failed."""

    queries: int
    answered: int
    empty: int
    failed: int


class Cost(NamedTuple):
    """Seconds and MB of all stages of a run; None where nothing was measured."""

    wall_s: float | None
    cpu_s: float | None
    peak_mb: float | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The result of one run of one solution on one split; leaderboards are made of entries.

    `competition` is the fingerprint of its data, `split` is "test" or, as stored, "fold 1/5 of deal ab12", and
    `identity` is the solution with its parameters, as in "hash(kind='dct')". `scores` maps "all", "public" and
    "private" to metric names and values; a value is None where the part has no query that counts. `metric` is the name
    of the metric that ranks, and `intervals` has the bounds, low and high, of its 95 % interval for some parts.
    `created` is converted to UTC, and the store assigns `id`.

    Raises LeaderboardError for a score or a bound that is not finite, ValueError for a time without a zone.
    """

    competition: str
    competition_name: str
    task: str
    split: str
    solution: str
    identity: str
    seed: int
    status: Status
    reason: str | None = None
    metric: str | None
    scores: Mapping[str, Mapping[str, float | None]]
    coverage: Coverage | None = None
    stages: tuple[Stage, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    code_version: str
    run_key: str
    submission: str | None = None
    log: str | None = None
    created: datetime
    id: int | None = None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.created.tzinfo is None:
            raise ValueError("the time an entry was created needs a time zone")
        object.__setattr__(self, "created", self.created.astimezone(UTC))
        scores = {
            part: {name: _finite_score(score, name) for name, score in by_metric.items()}
            for part, by_metric in self.scores.items()
        }
        object.__setattr__(self, "scores", scores)
        intervals = {part: _finite_bounds(*bounds, self.metric or "") for part, bounds in self.intervals.items()}
        object.__setattr__(self, "intervals", intervals)

    def score(self, part: str, metric: str | None = None) -> float | None:
        """The score of a part by `metric`, or by the metric that ranks; None if there is none."""
        return self.scores.get(part, {}).get(metric or self.metric or "")

    @property
    def device(self) -> str | None:
        """What the run computed on: `cpu`, or GPUs as in "cuda:0 (NVIDIA H200)"; None for an uploaded file."""
        return self.versions.get("device", "cpu") if self.stages else None

    @property
    def sandbox(self) -> str | None:
        """What kept the run from the ground truth: `landlock 7`, `audit hook` or `off`; None if that is not known."""
        return self.versions.get("sandbox")

    @property
    def cost(self) -> Cost:
        """The sum of wall and CPU seconds over the stages, and the highest of their memory peaks."""
        return total_cost(self.stages)


def _finite_score(score: float | None, metric: str) -> float | None:
    if score is not None and not isfinite(score):
        raise LeaderboardError(f"{shorten(metric)} is {score}: a score is a finite number, or None")
    return None if score is None else float(score)


def _finite_bounds(low: float, high: float, metric: str) -> tuple[float, float]:
    if not isfinite(low) or not isfinite(high):
        raise LeaderboardError(f"the interval of {shorten(metric)} is {low} to {high}: its bounds are finite numbers")
    return float(low), float(high)


def total_cost(stages: tuple[Stage, ...]) -> Cost:
    """The total cost of some stages.

    >>> total_cost((Stage("fit", 2.0, 8.0, 300.0), Stage("rank", 1.0, 4.0, 200.0)))
    Cost(wall_s=3.0, cpu_s=12.0, peak_mb=300.0)
    """
    if not stages:
        return Cost(None, None, None)
    return Cost(sum(s.wall_s for s in stages), sum(s.cpu_s for s in stages), max(s.peak_mb for s in stages))
