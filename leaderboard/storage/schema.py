"""The tables of a leaderboard's database; every change needs a migration in `leaderboard.storage.migrations`."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
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
    *(
        Column(name, EscapedText, nullable=False)
        for name in ("solution", "identity", "code_version", "run_key", "status")
    ),
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
