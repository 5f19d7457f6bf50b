"""Version 4: stars, tags and notes of entries, and saved views of boards."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "entry_notes",
        sa.Column("entry", sa.Integer, sa.ForeignKey("entries.id"), primary_key=True, autoincrement=False),
        sa.Column("star", sa.Boolean, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("changed", sa.DateTime, nullable=False),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("competition", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tab", sa.String(16), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.UniqueConstraint("competition", "task", "name", name="saved_views_by_name"),
    )
