"""The tables of the team server; every change needs a migration in `leaderboard.storage.migrations`."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from leaderboard.storage.schema import EscapedText, UtcDateTime, entries, metadata

teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", EscapedText, nullable=False),
    Column(
        "folded", EscapedText, nullable=False, unique=True
    ),  # the normalised name, so that names cannot only look different
    Column("created", UtcDateTime, nullable=False),
)

tokens = Table(
    "team_tokens",
    metadata,
    Column("prefix", String(16), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("team", ForeignKey(teams.c.id), index=True),  # null: the token of an admin
    Column("created", UtcDateTime, nullable=False),
    Column("revoked", UtcDateTime),
)

sessions = Table(
    "team_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the cookie's secret
    Column("token", ForeignKey(tokens.c.prefix), nullable=False, index=True),
    Column("expires", UtcDateTime, nullable=False),
)

rules = Table(  # a competition without a row has the defaults of CompetitionRules
    "team_rules",
    metadata,
    Column("competition", EscapedText, primary_key=True),
    Column("deadline", UtcDateTime),
    Column("daily_limit", Integer, nullable=False),
    Column("ladder", Boolean, nullable=False),
)

submissions = Table(
    "team_submissions",
    metadata,
    Column("id", String(32), primary_key=True),  # random, for addresses
    Column("team", ForeignKey(teams.c.id), nullable=False),
    *(Column(name, EscapedText, nullable=False) for name in ("competition", "task")),
    Column("number", Integer, nullable=False),  # from 1 in its team, competition and task
    *(Column(name, EscapedText, nullable=False) for name in ("file_name", "message")),
    Column("digest", String(64), nullable=False),  # SHA-256 of the uploaded file
    Column("size", BigInteger, nullable=False),  # bytes
    Column("received", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("report", JSON, nullable=False),  # lines
    Column("chosen", Boolean, nullable=False),
    Column("hidden", EscapedText),  # why
    Column("attempts", Integer, nullable=False),
    Column("claim", String(32)),  # the secret of the worker that scores it
    Column("lease", UtcDateTime),  # when the claim expires
    UniqueConstraint("team", "competition", "task", "number", name="team_submissions_by_number"),
    UniqueConstraint("team", "competition", "task", "digest", name="team_submissions_by_file"),
    Index("team_submissions_by_status", "status", "received"),
)

scorings = Table(  # the primary key ensures that a submission gets one entry
    "team_scorings",
    metadata,
    Column("submission", ForeignKey(submissions.c.id), primary_key=True),
    Column("entry", ForeignKey(entries.c.id), nullable=False, unique=True),
    Column("released", ForeignKey(entries.c.id), nullable=False),  # whose public score was released
)
