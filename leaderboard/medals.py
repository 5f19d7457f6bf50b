"""Medals and percentiles of a board by Kaggle's rules. A team is here a ranked row: one solution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leaderboard.board import BoardRow

Medal = Literal["gold", "silver", "bronze"]


@dataclass(frozen=True)
class Award:
    """The medal of a row, None without one, and the percentage of ranked rows from the first down to it, rounded up."""

    medal: Medal | None
    top_percent: int


def medal_limits(teams: int) -> tuple[int, int, int]:
    """The last ranks of gold, silver and bronze among so many teams, rounded down; at least one team has gold.

    Source: kaggle.com/progression, as in MLE-bench.

    >>> [medal_limits(teams) for teams in (5, 50, 209, 483, 2000)]
    [(1, 1, 2), (5, 10, 20), (10, 41, 83), (10, 50, 100), (14, 100, 200)]
    """
    if teams < 100:
        return max(1, teams // 10), max(1, teams // 5), max(1, 2 * teams // 5)
    if teams < 250:
        return 10, teams // 5, 2 * teams // 5
    gold = 10 + teams // 500
    return (gold, 50, 100) if teams < 1000 else (gold, teams // 20, teams // 10)


def medal(rank: int, teams: int) -> Medal | None:
    """The medal of a rank among so many teams.

    >>> [medal(rank, 10) for rank in (1, 2, 3, 5)]
    ['gold', 'silver', 'bronze', None]
    """
    gold, silver, bronze = medal_limits(teams)
    return "gold" if rank <= gold else "silver" if rank <= silver else "bronze" if rank <= bronze else None


def awards(rows: Sequence[BoardRow]) -> list[Award | None]:
    """The award of each row by its private rank, or by its rank if no row has a private one; None without a rank."""
    final = [row.private_rank for row in rows]
    ranks = final if any(final) else [row.rank for row in rows]
    teams = sum(rank is not None for rank in ranks)
    return [None if rank is None else Award(medal(rank, teams), -(-100 * rank // teams)) for rank in ranks]
