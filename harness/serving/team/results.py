"""The end of a competition: each team by the best of its finals on the private part."""

from __future__ import annotations

from dataclasses import dataclass

from harness.serving.site import Site
from harness.serving.team.desk import Teams
from leaderboard import Entry
from leaderboard.order import Order
from leaderboard.team.finals import finals
from metrics import Task, metrics_of


@dataclass(frozen=True)
class Result:
    """Where a team ends: its rank from 1, and its final that is best on the private part."""

    rank: int
    entry: Entry
    score: float


def results(site: Site, teams: Teams, competition: str, task: Task) -> list[Result]:
    """Return the teams that have a final with a private score, best first; of equal ones the earlier stands above."""
    metric = metrics_of(task)[0]
    order = Order(metric.name, metric.higher_is_better)
    entries = site.store.entries(competition=competition, task=task)
    handed_in = [each for each in teams.submissions.of(competition=competition) if each.task == task]
    best = []
    for team in sorted({each.team for each in handed_in}):
        own = finals([each for each in handed_in if each.team == team], entries, order)
        best += order.best_first([entry for entry in entries if entry.id in own], "private")[:1]
    ended = order.best_first(best, "private")
    return [Result(rank, entry, order.score(entry, "private") or 0.0) for rank, entry in enumerate(ended, 1)]
