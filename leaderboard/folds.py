"""Leaderboards of cross-validations: mean and standard deviation over the folds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import fsum

from leaderboard.entry import Entry, total_cost
from leaderboard.errors import LeaderboardError
from leaderboard.order import Order, group_entries, ranking_metric
from leaderboard.seeds import mean_and_deviation


@dataclass(frozen=True)
class FoldRow:
    """One identity over all folds of a cross-validation.

    `mean` and `deviation` (sample standard deviation, None for a single fold) are over the `done` folds. Only an
    identity that is `complete`, with a score for every fold, has a rank. `failed` counts the folds in which no run has
    a score. `last` is the time of the latest run, and `created` that of the latest run that counts. Seconds are summed
    over the runs that count, MB are their highest peak.
    """

    rank: int | None
    solution: str
    identity: str
    metric: str | None
    part: str
    mean: float | None
    deviation: float | None
    folds: int
    done: int
    failed: int
    complete: bool
    entries: int
    last: datetime
    created: datetime | None
    wall_s: float | None
    cpu_s: float | None
    peak_mb: float | None
    reason: str | None


def fold_rows(
    entries: Iterable[Entry], *, higher_is_better: bool, metric: str | None = None, folds: int | None = None
) -> list[FoldRow]:
    """One row for each identity that ran on a fold: complete ones first, by mean, then those with fewer folds.

    Of several runs on a fold the latest of each seed counts, and the fold's score is their mean. It is the private
    score if there is one, else the score of all queries. Of equal means the one that was complete earlier stands above.
    Entries whose split is not a fold such as "fold 1/5" are left out, and so are those with another number of folds
    than `folds`. Raises LeaderboardError if the entries belong to several cross-validations or name several metrics.
    """
    entries = [entry for entry in entries if _folds(entry) and folds in (None, _folds(entry))]
    if len({(entry.competition, entry.task, _folds(entry)) for entry in entries}) > 1:
        raise LeaderboardError("entries of several cross-validations: choose one competition, task and number of folds")
    order = Order(ranking_metric(entries, metric), higher_is_better)
    part = "private" if any(order.score(entry, "private") is not None for entry in entries) else "all"
    rows = [_row(order, part, group) for group in group_entries(entries, "identity").values()]
    rows.sort(key=lambda row: _sort_key(row, higher_is_better))
    return [replace(row, rank=rank if row.complete else None) for rank, row in enumerate(rows, 1)]


def scores_by_fold(entries: Iterable[Entry], metric: str | None, part: str) -> dict[str, dict[int, float]]:
    """Return identity -> number of the fold -> score of a part: the mean over seeds of the latest runs, as in rows."""
    latest = {(entry.identity, entry.split, entry.seed): entry for entry in sorted(entries, key=_age) if _folds(entry)}
    scores: dict[str, dict[int, list[float]]] = {}
    for entry in latest.values():
        score = entry.score(part, metric)
        if score is not None:
            scores.setdefault(entry.identity, {}).setdefault(fold_number(entry.split), []).append(score)
    return {
        identity: {fold: fsum(seeds) / len(seeds) for fold, seeds in sorted(of.items())}
        for identity, of in scores.items()
    }


def fold_number(split: str) -> int:
    """Return the number of a fold, counted from 1.

    >>> fold_number("fold 2/5 of deal ab")
    2
    """
    return int(split.partition(" ")[2].partition("/")[0])


def _age(entry: Entry) -> tuple[datetime, int]:
    return entry.created, entry.id or 0


def _folds(entry: Entry) -> int:
    """Return the number of folds if the entry's split is one of them, else 0."""
    fold = re.fullmatch(r"fold \d+/(\d+)( of deal \w+)?", entry.split)
    return int(fold[1]) if fold else 0


def _sort_key(row: FoldRow, higher_is_better: bool) -> tuple[int, float, float]:
    mean = row.mean or 0.0
    return -row.done, -mean if higher_is_better else mean, row.created.timestamp() if row.created else 0.0


def _row(order: Order, part: str, group: list[Entry]) -> FoldRow:
    """Return the row of one identity without its rank; the entries come earliest first."""
    counted = {(entry.split, entry.seed): entry for entry in group if order.score(entry, part) is not None}
    scores: dict[str, list[float]] = {}
    for entry in counted.values():
        scores.setdefault(entry.split, []).append(order.score(entry, part) or 0.0)
    mean, deviation = mean_and_deviation([fsum(seeds) / len(seeds) for seeds in scores.values()])
    without = {entry.split: entry for entry in group if entry.split not in scores}
    wall_s, cpu_s, peak_mb = total_cost(tuple(stage for entry in counted.values() for stage in entry.stages))
    return FoldRow(
        rank=None,
        solution=group[0].solution,
        identity=group[0].identity,
        metric=order.metric,
        part=part,
        mean=mean,
        deviation=deviation,
        folds=_folds(group[0]),
        done=len(scores),
        failed=len(without),
        complete=len(scores) == _folds(group[0]),
        entries=len(group),
        last=group[-1].created,
        created=max((entry.created for entry in counted.values()), default=None),
        wall_s=wall_s,
        cpu_s=cpu_s,
        peak_mb=peak_mb,
        reason=next((f"{split}: {entry.reason or entry.status}" for split, entry in reversed(without.items())), None),
    )
