"""The order of entries: Kaggle's rules for who stands above whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from leaderboard.entry import Entry, Status
from leaderboard.errors import LeaderboardError
from leaderboard.safe_text import shorten

Group = Literal["solution", "identity"]


class Rankable(Protocol):
    """What the order needs to know of an entry: as much as `Entry` or `leaderboard.storage.entry_summaries.Outline` tells."""

    @property
    def id(self) -> int | None:
        """Its number."""

    @property
    def solution(self) -> str:
        """The solution's name."""

    @property
    def identity(self) -> str:
        """The solution with its parameters."""

    @property
    def status(self) -> Status:
        """Whether it has a score."""

    @property
    def metric(self) -> str | None:
        """The name of the metric that ranks."""

    @property
    def created(self) -> datetime:
        """When it was entered."""

    def score(self, part: str, metric: str | None = None) -> float | None:
        """The score of a part."""


Ranked = TypeVar("Ranked", bound=Rankable)

PARTS = "public", "private", "all"  # the first of them that anyone has a score for is the one that ranks


@dataclass(frozen=True)
class Order:
    """Which of two entries stands above the other: the better score by `metric`, and of equal ones the earlier."""

    metric: str | None
    higher_is_better: bool

    def score(self, entry: Rankable, part: str) -> float | None:
        """The score that counts; None unless the entry is scored."""
        return entry.score(part, self.metric) if entry.status == "scored" else None

    def interval(self, entry: Entry, part: str) -> tuple[float, float] | tuple[None, None]:
        """The bounds of the score that counts; None where there is no score, or no interval of it."""
        known = self.score(entry, part) is not None and self.metric == entry.metric
        return entry.intervals.get(part, (None, None)) if known else (None, None)

    def key(self, entry: Rankable, part: str) -> tuple[float, datetime, int]:
        """The smaller, the higher on the board; for scored entries only."""
        score = self.score(entry, part) or 0.0
        return (-score if self.higher_is_better else score, *age_key(entry))

    def ranking_part(self, entries: Sequence[Rankable]) -> str:
        """The part by which a leaderboard is ordered: the first of PARTS that any entry has a score for."""
        return next((part for part in PARTS if any(self.score(entry, part) is not None for entry in entries)), "all")

    def representative(self, group: Sequence[Ranked], part: str) -> Ranked:
        """The best entry of a group that has the earliest first, or its latest if none has a score for the part."""
        return group[0] if len(group) == 1 else next(iter(self.best_first(group, part)), group[-1])

    def best_first(self, entries: Iterable[Ranked], part: str) -> list[Ranked]:
        """Those that have a score for the part, in the order of the board."""
        scored = (entry for entry in entries if self.score(entry, part) is not None)
        return sorted(scored, key=lambda entry: self.key(entry, part))


def age_key(entry: Rankable) -> tuple[datetime, int]:
    """The smaller, the earlier entered."""
    return entry.created, entry.id or 0


def ranking_metric(entries: Iterable[Rankable], metric: str | None) -> str | None:
    """`metric` if given, else the one that all scored entries name; LeaderboardError if they name several."""
    named = {entry.metric for entry in entries if entry.status == "scored" and entry.metric}
    if metric is None and len(named) > 1:
        raise LeaderboardError(f"entries are ranked by {', '.join(sorted(map(shorten, named)))}: choose one metric")
    return metric or next(iter(named), None)


def group_entries(entries: Iterable[Ranked], by: Group) -> dict[str, list[Ranked]]:
    """Entries by solution or identity, each group with the earliest first."""
    groups: dict[str, list[Ranked]] = {}
    for entry in sorted(entries, key=age_key):
        groups.setdefault(getattr(entry, by), []).append(entry)
    return groups
