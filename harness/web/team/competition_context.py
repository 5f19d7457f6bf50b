"""The competition that a request of the team server asks for: its rules, its deadline, and the tabs of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import HTMLResponse

from harness.data.competition import Competition
from harness.web.context import PageContext, PageContextDep
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.team.accept_upload import tasks_of
from harness.web.team.access import MemberDep
from harness.web.team.context import TeamContext, TeamContextDep
from harness.web.team.countdown import time_left
from leaderboard.team.accounts import Team
from leaderboard.team.rules import CompetitionRules
from metrics import Task


@dataclass(frozen=True)
class CompetitionState:
    """A competition at the time of a request: its rules, whether it is closed, and the time left.

    `left` is the time in words, empty without one; `seconds` is its number of seconds.
    """

    competition: Competition
    rules: CompetitionRules
    tasks: Sequence[Task]
    closed: bool
    left: str
    seconds: int

    @property
    def key(self) -> str:
        """Return the key of the competition."""
        return self.competition.key

    @property
    def name(self) -> str:
        """Return the name of the competition."""
        return self.competition.name


@dataclass(frozen=True)
class CompetitionContext:
    """A competition's state with the context of a request; `team` is None for an admin."""

    page: PageContext
    state: CompetitionState
    teams: TeamContext
    team: Team | None

    def tabs(self, current: str) -> list[Link]:
        """Return the tabs that the member may open."""
        key = self.state.key
        links = {"Overview": address("c", key), "Data": address("c", key, "data"), "Rules": address("c", key, "rules")}
        if self.state.tasks:
            links["Leaderboard"] = address("c", key, self.state.tasks[0])
        if self.team is not None:
            links["Submissions"] = address("c", key, "submissions")
        return [Link(text, where, text == current) for text, where in links.items()]

    def render(self, template: str, tab: str, **values: Any) -> HTMLResponse:
        """Return a page below the tabs of the competition."""
        name = self.state.name
        return self.page.render(
            f"team/pages/{template}", f"{name}, {tab.lower()}", self._breadcrumb(tab), state=self.state,
            tabs=self.tabs(tab), is_admin=self.team is None, **values,
        )  # fmt: skip

    def _breadcrumb(self, tab: str) -> list[Link]:
        current = next(link for link in self.tabs(tab) if link.current)
        above = Link(self.state.name, address("c", self.state.key))
        return [Link("Competitions", "/"), above, Link(tab, current.address, current=True)]


def competition_state(competition: Competition, teams: TeamContext) -> CompetitionState:
    """Return the state of a competition now."""
    now, rules = datetime.now(UTC), teams.rules.get(competition.key)
    left, seconds = "", 0
    if rules.deadline:
        left, seconds = time_left(rules.deadline, now), max(0, int((rules.deadline - now).total_seconds()))
    return CompetitionState(competition, rules, tasks_of(competition), rules.is_closed(now), left, seconds)


def competition_of(
    competition: str, context: PageContextDep, teams: TeamContextDep, member: MemberDep
) -> CompetitionContext:
    """Return the competition with the key in the address. Raises HTTP 404 for others."""
    contest = context.site.competitions.explicit.get(competition)
    if contest is None:
        raise not_found("no such competition; see the list of competitions")
    return CompetitionContext(context, competition_state(contest, teams), teams, member.team)


CompetitionDep = Annotated[CompetitionContext, Depends(competition_of)]
