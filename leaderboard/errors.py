"""What goes wrong with a leaderboard, in one line that names the place and the remedy."""


class LeaderboardError(Exception):
    """The user can mend this; the message is shown at the terminal."""


class StoreError(LeaderboardError):
    """The database of entries cannot be read or written."""


class TeamError(LeaderboardError):
    """A team, or who looks after the teams, asks for what is not allowed; the message is shown to them."""


class LimitError(TeamError):
    """A team has handed in all that it may for now."""
