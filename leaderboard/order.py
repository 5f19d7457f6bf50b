"""The order of entries: Kaggle's rules for who stands above whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from leaderboard.entry import Entry
from leaderboard.errors import LeaderboardError
from leaderboard.text import short

Group = Literal["solution", "identity"]

PARTS = "public", "private", "all"  # the first of them that anyone has a score for is the one that ranks


@dataclass(frozen=True)
class Order:
    """Which of two entries stands above the other: the better score by `metric`, and of equal ones the earlier."""

    metric: str | None
    higher_is_better: bool

    def score(self, entry: Entry, part: str) -> float | None:
        """The score that counts; None unless the entry is scored."""
        return entry.score(part, self.metric) if entry.status == "scored" else None

    def interval(self, entry: Entry, part: str) -> tuple[float, float] | tuple[None, None]:
        """The bounds of the score that counts; None where there is no score, or no interval of it."""
        known = self.score(entry, part) is not None and self.metric == entry.metric
        return entry.intervals.get(part, (None, None)) if known else (None, None)

    def key(self, entry: Entry, part: str) -> tuple[float, datetime, int]:
        """The smaller, the higher on the board; for scored entries only."""
        score = self.score(entry, part) or 0.0
        return (-score if self.higher_is_better else score, *age(entry))

    def ranking_part(self, entries: list[Entry]) -> str:
        """The part by which a leaderboard is ordered: the first of PARTS that any entry has a score for."""
        return next((part for part in PARTS if any(self.score(entry, part) is not None for entry in entries)), "all")

    def shown(self, group: list[Entry], part: str) -> Entry:
        """The best entry of a group that has the earliest first, or its latest if none has a score for the part."""
        return next(iter(self.best_first(group, part)), group[-1])

    def best_first(self, entries: Iterable[Entry], part: str) -> list[Entry]:
        """Those that have a score for the part, in the order of the board."""
        scored = (entry for entry in entries if self.score(entry, part) is not None)
        return sorted(scored, key=lambda entry: self.key(entry, part))


def age(entry: Entry) -> tuple[datetime, int]:
    """The smaller, the earlier entered."""
    return entry.created, entry.id or 0


def ranking_metric(entries: Iterable[Entry], metric: str | None) -> str | None:
    """`metric` if given, else the one that all scored entries name; LeaderboardError if they name several."""
    named = {entry.metric for entry in entries if entry.status == "scored" and entry.metric}
    if metric is None and len(named) > 1:
        raise LeaderboardError(f"entries are ranked by {', '.join(sorted(map(short, named)))}: choose one metric")
    return metric or next(iter(named), None)


def grouped(entries: Iterable[Entry], by: Group) -> dict[str, list[Entry]]:
    """Entries by solution or identity, each group with the earliest first."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=age):
        groups.setdefault(getattr(entry, by), []).append(entry)
    return groups
