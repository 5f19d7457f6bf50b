"""Errors of leaderboards; each message is one line that names the place and the remedy."""


class LeaderboardError(Exception):
    """An error that the user can fix; the terminal shows its message."""


class StoreError(LeaderboardError):
    """The database of entries cannot be read or written."""


class TeamError(LeaderboardError):
    """A team or an admin requested something that is not allowed; the message is shown to them."""


class LimitError(TeamError):
    """A team has used up its submissions for now."""
