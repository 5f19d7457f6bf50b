"""Version 3: teams, tokens and submissions; the version moves to Alembic's own table."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Create the tables of the team server, and drop the table of the version."""
    op.drop_table("leaderboard_schema")
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False, unique=True),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "team_tokens",
        sa.Column("prefix", sa.String(16), primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("team", sa.Integer, sa.ForeignKey("teams.id"), index=True),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("revoked", sa.DateTime),
    )
    op.create_table(
        "team_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("token", sa.String(16), sa.ForeignKey("team_tokens.prefix"), nullable=False, index=True),
        sa.Column("expires", sa.DateTime, nullable=False),
    )
    op.create_table(
        "team_rules",
        sa.Column("competition", sa.Text, primary_key=True),
        sa.Column("deadline", sa.DateTime),
        sa.Column("daily_limit", sa.Integer, nullable=False),
        sa.Column("ladder", sa.Boolean, nullable=False),
    )
    _create_submissions()
    op.create_table(
        "team_scorings",
        sa.Column("submission", sa.String(32), sa.ForeignKey("team_submissions.id"), primary_key=True),
        sa.Column("entry", sa.Integer, sa.ForeignKey("entries.id"), nullable=False, unique=True),
        sa.Column("released", sa.Integer, sa.ForeignKey("entries.id"), nullable=False),
    )


def _create_submissions() -> None:
    op.create_table(
        "team_submissions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("team", sa.Integer, sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("competition", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("received", sa.DateTime, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("chosen", sa.Boolean, nullable=False),
        sa.Column("hidden", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claim", sa.String(32)),
        sa.Column("lease", sa.DateTime),
        sa.UniqueConstraint("team", "competition", "task", "number", name="team_submissions_by_number"),
        sa.UniqueConstraint("team", "competition", "task", "digest", name="team_submissions_by_file"),
    )
    op.create_index("team_submissions_by_status", "team_submissions", ["status", "received"])
