"""Version 1: entries, per-query arrays and lists of queries, created before there were migrations."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Do nothing: a database of version 1 has these tables."""
