"""What goes wrong with a leaderboard, in one line that names the place and the remedy."""


class LeaderboardError(Exception):
    """The user can mend this; the message is shown at the terminal."""


class StoreError(LeaderboardError):
    """The database of entries cannot be read or written."""
