"""Entries, what they got query by query, and lists of queries: made by landmark itself, before there were steps."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Do nothing: whoever has version 1 has its tables."""
