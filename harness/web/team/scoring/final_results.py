"""The final results of a competition: each team is ranked by its best final on the private part."""

from dataclasses import dataclass

from harness.scoring.reported_metric import ranking_metric
from harness.web.context import Site
from harness.web.team.context import TeamContext
from leaderboard import Entry
from leaderboard.order import Order, group_entries
from leaderboard.team.submissions import Submission, team_finals
from metrics import Task


@dataclass(frozen=True)
class FinalResult:
    """A team's final result: its rank from 1, and its best final by private score.

    `public_rank` is its rank among the same teams by best public score, None without a public score.
    """

    rank: int
    entry: Entry
    score: float
    submission: Submission
    public_rank: int | None

    @property
    def move(self) -> int | None:
        """Return the number of ranks gained from public to private."""
        return None if self.public_rank is None else self.public_rank - self.rank


def final_results(site: Site, teams: TeamContext, competition: str, task: Task) -> list[FinalResult]:
    """Return the teams that have a final with a private score, best first; the earlier submission wins a tie."""
    visible = [item for item in teams.submissions.find_all(competition=competition) if item.hidden is None]
    submissions = {item.entry: item for item in visible}
    entries = [entry for entry in site.store.entries(competition=competition, task=task) if entry.id in submissions]
    metric = ranking_metric(entries, task)
    order = Order(metric.name, metric.higher_is_better)
    best, public = [], []
    for team_entries in group_entries(entries, "solution").values():
        final_ids = team_finals([submissions[entry.id] for entry in team_entries], team_entries, order)
        final = order.best_first([entry for entry in team_entries if entry.id in final_ids], "private")[:1]
        best += final
        public += order.best_first(team_entries, "public")[:1] if final else []
    ranks = {entry.solution: rank for rank, entry in enumerate(order.best_first(public, "public"), 1)}
    return [
        FinalResult(rank, entry, order.score(entry, "private") or 0.0, submissions[entry.id], ranks.get(entry.solution))
        for rank, entry in enumerate(order.best_first(best, "private"), 1)
    ]
