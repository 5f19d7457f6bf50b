"""The sections of a team's submissions page: one for each task of a competition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.scoring.reported_metric import ranking_metric
from harness.web.charts.score_history import ScoreHistory, ScorePoint, score_history
from harness.web.context import PageContext
from harness.web.team.competition_context import CompetitionState
from harness.web.team.context import TeamContext
from harness.web.team.visible_scores import VisibleSubmission, visible_submissions
from leaderboard.order import Order
from leaderboard.rendering.format_cells import metric_label
from leaderboard.team.accounts import Team
from leaderboard.team.submissions import team_finals
from metrics import Metric, Task


@dataclass(frozen=True)
class SubmissionSection:
    """A task of a competition: the submissions left today, and the team's submissions, newest first.

    `best` is the id of the best submission by public score, `finals` are those of the submissions that count as finals.
    """

    state: CompetitionState
    task: Task
    remaining: int
    metric: Metric
    rows: Sequence[VisibleSubmission]
    best: str
    finals: frozenset[str]
    chart: ScoreHistory | None


def submission_sections(
    context: PageContext, teams: TeamContext, team: Team, state: CompetitionState
) -> list[SubmissionSection]:
    """Return the sections of a competition."""
    rows = visible_submissions(context.site, context.permissions, teams.submissions.find_all(team, state.key))
    return [
        _section(context, teams, team, state, task, [row for row in rows if row.submission.task == task])
        for task in state.tasks
    ]


def _section(
    context: PageContext,
    teams: TeamContext,
    team: Team,
    state: CompetitionState,
    task: Task,
    rows: list[VisibleSubmission],
) -> SubmissionSection:
    entries = context.site.store.by_ids([row.submission.entry for row in rows if row.submission.entry is not None])
    metric = ranking_metric(list(entries.values()), task)
    order = Order(metric.name, metric.higher_is_better)
    final_entries = team_finals([row.submission for row in rows], entries.values(), order)
    usage = teams.submissions.daily_usage(team, state.key, task, datetime.now(UTC))
    scored = [row for row in rows if row.score("public") is not None]
    sign = 1 if metric.higher_is_better else -1
    best = max(reversed(scored), key=lambda row: sign * (row.score("public") or 0.0), default=None)
    points = [
        ScorePoint(row.submission.received, row.score("public") or 0.0, f"#{row.submission.number}") for row in scored
    ]
    return SubmissionSection(
        state=state,
        task=task,
        remaining=0 if state.closed else usage.remaining(state.rules),
        metric=metric,
        rows=rows,
        best=best.submission.id if best else "",
        finals=frozenset(row.submission.id for row in rows if row.submission.entry in final_entries),
        chart=score_history(points, f"public {metric_label(metric.name)}", higher_is_better=metric.higher_is_better),
    )
