"""Permissions of admins and teams on the site."""

from datetime import UTC, datetime
from functools import cached_property

from fastapi import Request

from harness.web.permissions import PARTS, Permissions
from harness.web.team.access import member_of
from harness.web.team.context import TeamContext, team_context_of
from leaderboard import Entry
from leaderboard.team.accounts import Team


class AdminPermissions(Permissions):
    """An administrator, who may see everything."""

    user_name = "admin"
    menu = (("Admin", "/admin"), ("Messages", "/messages"))

    def __init__(self, form_token: str) -> None:
        self.form_token = form_token


class TeamPermissions(Permissions):
    """A team. Before the deadline it sees public scores and its own entries only, and no ground truth."""

    menu = (("Submissions", "/submissions"), ("Messages", "/messages"))

    def __init__(self, team: Team, teams: TeamContext, form_token: str) -> None:
        self.user_name, self._team, self._teams, self.form_token = team.name, team, teams, form_token
        self._closed: dict[str, bool] = {}

    def parts(self, competition: str) -> tuple[str, ...]:
        """Return the public part before the deadline, all parts after it."""
        return PARTS if self._is_closed(competition) else PARTS[:1]

    def can_see_truth(self, competition: str) -> bool:
        """Return whether the competition is over."""
        return self._is_closed(competition)

    def can_see_ties(self, competition: str) -> bool:
        """Return whether the competition is over or has no Ladder; ties would reveal what a Ladder withholds."""
        return self._is_closed(competition) or not self._teams.rules.get(competition).ladder

    def can_open(self, entry: Entry) -> bool:
        """Return whether the entry belongs to the team."""
        return entry.id in self._own

    @cached_property
    def _own(self) -> set[int | None]:
        return {item.entry for item in self._teams.submissions.find_all(self._team) if item.entry is not None}

    def _is_closed(self, competition: str) -> bool:
        if competition not in self._closed:
            self._closed[competition] = self._teams.rules.get(competition).is_closed(datetime.now(UTC))
        return self._closed[competition]


def permissions_of(request: Request) -> Permissions:
    """Return the permissions of the member that makes the request."""
    member, token = member_of(request), getattr(request.state, "form_token", "")
    if member.team is None:
        return AdminPermissions(token)
    return TeamPermissions(member.team, team_context_of(request), token)
