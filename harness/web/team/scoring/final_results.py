"""The end of a competition: each team by the best of its finals on the private part."""

from __future__ import annotations

from dataclasses import dataclass

from harness.web.context import Site
from harness.web.team.context import Teams
from leaderboard import Entry
from leaderboard.order import Order, grouped
from leaderboard.team.finals import finals
from leaderboard.team.submissions import Submission
from metrics import Task, metrics_of


@dataclass(frozen=True)
class Result:
    """Where a team ends: its rank from 1, and its final that is best on the private part.

    `public_rank` is where it stands among the same teams by its best public score, None where it has none.
    """

    rank: int
    entry: Entry
    score: float
    submission: Submission
    public_rank: int | None

    @property
    def move(self) -> int | None:
        """Return the places gained from public to private."""
        return None if self.public_rank is None else self.public_rank - self.rank


def results(site: Site, teams: Teams, competition: str, task: Task) -> list[Result]:
    """Return the teams that have a final with a private score, best first; of equal ones the earlier stands above."""
    metric = metrics_of(task)[0]
    order = Order(metric.name, metric.higher_is_better)
    handed_in = {each.entry: each for each in teams.submissions.of(competition=competition) if each.hidden is None}
    entries = [entry for entry in site.store.entries(competition=competition, task=task) if entry.id in handed_in]
    best, public = [], []
    for own in grouped(entries, "solution").values():
        counted = finals([handed_in[entry.id] for entry in own], own, order)
        final = order.best_first([entry for entry in own if entry.id in counted], "private")[:1]
        best += final
        public += order.best_first(own, "public")[:1] if final else []
    ranks = {entry.solution: rank for rank, entry in enumerate(order.best_first(public, "public"), 1)}
    return [
        Result(rank, entry, order.score(entry, "private") or 0.0, handed_in[entry.id], ranks.get(entry.solution))
        for rank, entry in enumerate(order.best_first(best, "private"), 1)
    ]
