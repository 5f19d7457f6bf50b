"""Version 5: the texts of competitions, the links of submissions, and messages about scored submissions."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Create the tables, and add the column."""
    op.add_column("team_submissions", sa.Column("links", sa.JSON))
    op.create_table(
        "team_texts",
        sa.Column("competition", sa.Text, primary_key=True),
        sa.Column("page", sa.String(16), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("changed", sa.DateTime, nullable=False),
    )
    op.create_table(
        "team_contacts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("team", sa.Integer, sa.ForeignKey("teams.id"), index=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("code", sa.String(16)),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "team_deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("contact", sa.Integer, sa.ForeignKey("team_contacts.id"), nullable=False),
        sa.Column("submission", sa.String(32), sa.ForeignKey("team_submissions.id")),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.DateTime),
        sa.Column("error", sa.Text),
        sa.Column("tried", sa.DateTime),
        sa.UniqueConstraint("contact", "submission", "status", name="team_deliveries_once"),
    )
