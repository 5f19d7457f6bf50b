"""Leaderboards of one competition, task and split, with a row for each solution or identity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic

from leaderboard.entry import Coverage, Entry, Status
from leaderboard.errors import LeaderboardError
from leaderboard.order import PARTS, Group, Order, Ranked, age_key, group_entries, ranking_metric
from leaderboard.safe_text import shorten
from leaderboard.seeds import SeedSpread, seed_spread


@dataclass(frozen=True)
class BoardRow:
    """One solution (or identity) on a leaderboard, represented by its best entry.

    `rank` is by the public score, or without a public part by the private one, or else by the score of all queries; it
    is None without such a score. `low` and `high` bound the 95 % interval of the score that ranks, None if the entry
    has none. `mean` and `deviation` are those of that score over the `seeds` that the identity ran with; they are None
    for a single seed. `private_rank` orders the same rows by their private scores, and `move` is rank - private_rank:
    positive is up. `entries` is the number of all entries of the row and `last` the time of the latest; `created` and
    all other fields are those of the best entry. Seconds and MB are as in Entry.cost.
    """

    rank: int | None
    private_rank: int | None
    move: int | None
    solution: str
    identity: str
    metric: str | None
    score_public: float | None
    score_private: float | None
    score_all: float | None
    low: float | None
    high: float | None
    seeds: int
    mean: float | None
    deviation: float | None
    entries: int
    last: datetime
    created: datetime
    coverage: Coverage | None
    wall_s: float | None
    cpu_s: float | None
    peak_mb: float | None
    entry_id: int | None
    status: Status
    reason: str | None
    device: str | None


def board_rows(
    entries: Iterable[Entry], *, higher_is_better: bool, metric: str | None = None, best_of: Group = "solution"
) -> list[BoardRow]:
    """The rows of one leaderboard, the best first; unranked rows come last, the earliest first.

    There is one row for each solution or each identity: its best entry, or its latest if none has a score. Of equal
    scores the earlier entry stands above. `metric` overrides the metric that the entries name.
    Raises LeaderboardError if the entries belong to several leaderboards or name several metrics.
    """
    entries = list(entries)
    if len({(entry.competition, entry.task, entry.split) for entry in entries}) > 1:
        raise LeaderboardError("entries of several leaderboards: choose one competition, task and split")
    order = Order(ranking_metric(entries, metric), higher_is_better)
    part, standing_list = standings(entries, order, best_of)
    return [board_row(standing, standing.entry, order, part) for standing in standing_list]


@dataclass(frozen=True)
class Standing(Generic[Ranked]):
    """The standing of a solution (or identity): its ranks, its best entry, its number of entries, the latest time.

    `spread` is that of the best entry's identity over its seeds.
    """

    rank: int | None
    private_rank: int | None
    entry: Ranked
    entries: int
    last: datetime
    spread: SeedSpread


def standings(entries: Iterable[Ranked], order: Order, best_of: Group) -> tuple[str, list[Standing[Ranked]]]:
    """The part that ranks, and the standings, the best first; unranked ones come last, the earliest first."""
    groups, name = group_entries(entries, best_of), attrgetter(best_of)
    part = order.ranking_part([entry for group in groups.values() for entry in group])
    best = [order.representative(group, part) for group in groups.values()]
    ranked = order.best_first(best, part)
    ranks = {name(entry): rank for rank, entry in enumerate(ranked, 1)}
    private_ranks = {name(entry): rank for rank, entry in enumerate(order.best_first(ranked, "private"), 1)}
    rest = sorted((entry for entry in best if name(entry) not in ranks), key=age_key)
    return part, [
        Standing(
            *(ranks.get(of), private_ranks.get(of), entry, len(groups[of]), groups[of][-1].created),
            seed_spread([each for each in groups[of] if each.identity == entry.identity], order, part),
        )
        for entry, of in ((entry, name(entry)) for entry in ranked + rest)
    ]


def board_row(standing: Standing[Any], entry: Entry, order: Order, part: str) -> BoardRow:
    """The row of a standing on a board ranked by `part`; `entry` is the full entry of the standing."""
    rank, private_rank = standing.rank, standing.private_rank
    wall_s, cpu_s, peak_mb = entry.cost
    low, high = order.interval(entry, part)
    spread = standing.spread
    return BoardRow(
        rank=rank,
        private_rank=private_rank,
        move=rank - private_rank if part == "public" and rank and private_rank else None,
        solution=entry.solution,
        identity=entry.identity,
        metric=order.metric,
        score_public=order.score(entry, "public"),
        score_private=order.score(entry, "private"),
        score_all=order.score(entry, "all"),
        low=low,
        high=high,
        seeds=spread.seeds,
        mean=spread.mean if spread.seeds > 1 else None,
        deviation=spread.deviation,
        entries=standing.entries,
        last=standing.last,
        created=entry.created,
        coverage=entry.coverage,
        wall_s=wall_s,
        cpu_s=cpu_s,
        peak_mb=peak_mb,
        entry_id=entry.id,
        status=entry.status,
        reason=entry.reason if rank or entry.status != "scored" else f"no {part} score by {order.metric}",
        device=entry.device,
    )


def explain_order(a: BoardRow, b: BoardRow) -> str:
    """Explain in one line why one of two rows, in either order, stands above the other: by score, or by age."""
    unranked = [row for row in (a, b) if not row.rank]
    if unranked:
        return "; ".join(
            f"{shorten(row.identity)} is not ranked: {shorten(row.reason or row.status)}" for row in unranked
        )
    above, below = sorted((a, b), key=lambda row: row.rank or 0)
    part = next(part for part in PARTS if getattr(above, f"score_{part}") is not None)
    score, other = getattr(above, f"score_{part}"), getattr(below, f"score_{part}")
    names = f"{shorten(above.identity)} is above {shorten(below.identity)}"
    if score != other:
        better = "higher" if score > other else "lower"
        return f"{names}: {part} score {score!r} against {other!r}, and {better} is better"
    return f"{names}: both have the {part} score {score!r}, and it was entered earlier ({_compare_ages(above, below)})"


def _compare_ages(above: BoardRow, below: BoardRow) -> str:
    if above.created == below.created:
        return f"entry {above.entry_id} before entry {below.entry_id}"
    return f"{above.created:%Y-%m-%d %H:%M:%S.%f} UTC against {below.created:%Y-%m-%d %H:%M:%S.%f} UTC"
