"""What members may see, on every page of the site."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

from fastapi import Request

from harness.web.permissions import PARTS, Viewer
from harness.web.rendering import Link
from harness.web.team.auth.access import member_of
from harness.web.team.context import Teams, teams_of
from leaderboard import Entry
from leaderboard.team.accounts import Team


class Admin(Viewer):
    """Someone who looks after the teams: sees everything."""

    name = "admin"


class TeamViewer(Viewer):
    """A team. Before the deadline it sees public scores only, and no answer as right or wrong; its own entries open."""

    def __init__(self, team: Team, teams: Teams) -> None:
        self.name, self._team, self._teams = team.name, team, teams
        self._over: dict[str, bool] = {}

    def parts(self, competition: str) -> tuple[str, ...]:
        """Return the public part, and from the deadline on all."""
        return PARTS if self._is_over(competition) else PARTS[:1]

    def sees_truth(self, competition: str) -> bool:
        """Return whether the competition is over."""
        return self._is_over(competition)

    def sees_ties(self, competition: str) -> bool:
        """Return whether the competition is over, or keeps no Ladder, which ties would see through."""
        return self._is_over(competition) or not self._teams.rules.of(competition).ladder

    def opens(self, entry: Entry) -> bool:
        """Return whether the entry is the team's own."""
        return entry.id in self._own

    @cached_property
    def _own(self) -> set[int | None]:
        return {each.entry for each in self._teams.submissions.of(self._team) if each.entry is not None}

    def _is_over(self, competition: str) -> bool:
        if competition not in self._over:
            self._over[competition] = self._teams.rules.of(competition).is_over(datetime.now(UTC))
        return self._over[competition]


def viewer_of(request: Request) -> Viewer:
    """Return what the member who asks may see."""
    member = member_of(request)
    return Admin() if member.team is None else TeamViewer(member.team, teams_of(request))


def menu_of(viewer: Viewer) -> list[Link]:
    """Return the pages of the team server in the menu of a viewer."""
    if isinstance(viewer, Admin):
        return [Link("Admin", "/admin")]
    return [Link("Submissions", "/submissions")]
