"""The tables of a leaderboard and of its team server; a change needs a migration in `storage.migrations`."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class EscapedText(TypeDecorator[str]):
    """Text column that stores unicode_escape'd ASCII, so that NUL and lone surrogates survive."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape a value before it is stored."""
        return None if value is None else value.encode("unicode_escape").decode("ascii")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Restore a stored value."""
        return None if value is None else value.encode("ascii").decode("unicode_escape")


class UtcDateTime(TypeDecorator[datetime]):
    """Time column in UTC, to the microsecond."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert a time to UTC and drop its zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Restore the zone UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

query_lists = Table(
    "query_lists",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

entries = Table(  # the fields of Entry, and the list of queries
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, EscapedText, nullable=False) for name in ("competition", "competition_name", "task", "split")),
    *(Column(name, EscapedText, nullable=False) for name in ("solution", "identity", "code_version")),
    *(Column(name, EscapedText, nullable=False) for name in ("run_key", "status")),
    *(Column(name, EscapedText) for name in ("reason", "metric", "submission", "log")),
    *(Column(name, JSON(none_as_null=True)) for name in ("seed", "scores", "coverage", "stages", "versions")),
    Column("intervals", JSON(none_as_null=True)),  # since version 2
    Column("created", UtcDateTime, nullable=False),
    Column("query_list", ForeignKey(query_lists.c.digest)),
    Index("entries_by_run_key", "run_key", postgresql_using="hash"),  # a hash has no limit on the length of the key
)

per_query = Table(
    "per_query",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry", ForeignKey(entries.c.id), nullable=False, index=True),
    Column("name", EscapedText, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", EscapedText, nullable=False),
    Column("folded", EscapedText, nullable=False, unique=True),  # the normalised name; names must not look alike
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
    Column("links", JSON(none_as_null=True)),  # since version 5
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

entry_notes = Table(  # since version 4
    "entry_notes",
    metadata,
    Column("entry", ForeignKey(entries.c.id), primary_key=True, autoincrement=False),
    Column("star", Boolean, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("note", EscapedText, nullable=False),
    Column("changed", UtcDateTime, nullable=False),
)

saved_views = Table(  # since version 4
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, EscapedText, nullable=False) for name in ("competition", "task", "name")),
    Column("tab", String(16), nullable=False),
    Column("query", EscapedText, nullable=False),  # of the board's address
    UniqueConstraint("competition", "task", "name", name="saved_views_by_name"),
)

texts = Table(  # Markdown of the pages of a competition, since version 5
    "team_texts",
    metadata,
    Column("competition", EscapedText, primary_key=True),
    Column("page", String(16), primary_key=True),
    Column("text", EscapedText, nullable=False),
    Column("changed", UtcDateTime, nullable=False),
)

contacts = Table(  # where messages about scored submissions go, since version 5
    "team_contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("team", ForeignKey(teams.c.id), index=True),  # null: the admins, who get messages about all teams
    Column("kind", String(8), nullable=False),
    Column("address", EscapedText, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("code", String(16)),  # that confirms the address, null once it is confirmed
    Column("created", UtcDateTime, nullable=False),
)

deliveries = Table(  # since version 5
    "team_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact", ForeignKey(contacts.c.id), nullable=False),
    Column("submission", ForeignKey(submissions.c.id)),  # null: the code that confirms an address
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", UtcDateTime),  # null: delivered, or given up
    Column("error", EscapedText),  # of the last attempt
    Column("tried", UtcDateTime),
    UniqueConstraint("contact", "submission", "status", name="team_deliveries_once"),
)
