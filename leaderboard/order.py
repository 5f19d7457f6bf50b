"""The order of entries on a leaderboard, by Kaggle's rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from leaderboard.entry import Entry, Status
from leaderboard.errors import LeaderboardError
from leaderboard.safe_text import shorten

Group = Literal["solution", "identity"]


class Rankable(Protocol):
    """The attributes of an entry that its order needs; `Entry` and `EntrySummary` have them."""

    @property
    def id(self) -> int | None: ...
    @property
    def solution(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def metric(self) -> str | None: ...
    @property
    def created(self) -> datetime: ...
    @property
    def seed(self) -> int: ...
    def score(self, part: str, metric: str | None = None) -> float | None:
        """The score of a part by `metric`, or by the metric that ranks; None if there is none."""


Ranked = TypeVar("Ranked", bound=Rankable)

PARTS = "public", "private", "all"  # the first of them for which any entry has a score ranks


@dataclass(frozen=True)
class Order:
    """The order of entries: the better score by `metric` first, and of equal scores the earlier entry first."""

    metric: str | None
    higher_is_better: bool

    def score(self, entry: Rankable, part: str) -> float | None:
        """The score of a part; None unless the entry is scored."""
        return entry.score(part, self.metric) if entry.status == "scored" else None

    def interval(self, entry: Entry, part: str) -> tuple[float, float] | tuple[None, None]:
        """The bounds of the interval of that score; None if there is no score or no interval."""
        has_interval = self.score(entry, part) is not None and self.metric == entry.metric
        return entry.intervals.get(part, (None, None)) if has_interval else (None, None)

    def key(self, entry: Rankable, part: str) -> tuple[float, datetime, int]:
        """The sort key of a scored entry; smaller keys stand higher on the board."""
        score = self.score(entry, part) or 0.0
        return (-score if self.higher_is_better else score, *age_key(entry))

    def ranking_part(self, entries: Sequence[Rankable]) -> str:
        """The part that orders a leaderboard: the first of PARTS for which any entry has a score."""
        return next((part for part in PARTS if any(self.score(entry, part) is not None for entry in entries)), "all")

    def representative(self, group: Sequence[Ranked], part: str) -> Ranked:
        """The best entry of a group in order of age, or its latest if none has a score for the part."""
        return group[0] if len(group) == 1 else next(iter(self.best_first(group, part)), group[-1])

    def best_first(self, entries: Iterable[Ranked], part: str) -> list[Ranked]:
        """The entries with a score for the part, in the order of the board."""
        scored = (entry for entry in entries if self.score(entry, part) is not None)
        return sorted(scored, key=lambda entry: self.key(entry, part))


def age_key(entry: Rankable) -> tuple[datetime, int]:
    """The sort key by age; earlier entries have smaller keys."""
    return entry.created, entry.id or 0


def ranking_metric(entries: Iterable[Rankable], metric: str | None) -> str | None:
    """`metric` if given, else the metric that all scored entries name; LeaderboardError if they name several."""
    named = {entry.metric for entry in entries if entry.status == "scored" and entry.metric}
    if metric is None and len(named) > 1:
        raise LeaderboardError(f"entries are ranked by {', '.join(sorted(map(shorten, named)))}: choose one metric")
    return metric or next(iter(named), None)


def group_entries(entries: Iterable[Ranked], by: Group) -> dict[str, list[Ranked]]:
    """Group entries by solution or identity, each group with the earliest first."""
    groups: dict[str, list[Ranked]] = {}
    for entry in sorted(entries, key=age_key):
        groups.setdefault(getattr(entry, by), []).append(entry)
    return groups
