"""The schema version of a database, and its upgrade to the newest version."""

from sqlalchemy import Connection, Integer, String, column, func, insert, inspect, select, table

from leaderboard.storage.schema import metadata

SCHEMA_VERSION = "5"  # of the tables in `leaderboard.storage.schema`
READABLE_VERSIONS = ("3", "4", SCHEMA_VERSION)  # that are read without a migration where the database cannot be written
_LOCK = 0x1EADE2B0A2D  # an arbitrary number for the advisory lock
_versions = table("alembic_version", column("version_num", String))
_versions_before = table("leaderboard_schema", column("version", Integer))  # in versions 1 and 2


def schema_version(connection: Connection) -> str | None:
    """The version of the tables, None if no version is stored."""
    names = inspect(connection).get_table_names()
    if _versions.name in names:
        return str(connection.scalar(select(_versions.c.version_num)))
    if _versions_before.name in names:
        return str(connection.scalar(select(func.max(_versions_before.c.version))))
    return None


def upgrade_schema(connection: Connection) -> None:
    """In a write transaction, create the tables or migrate older ones, unless another process has just done so."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    version = schema_version(connection)
    if version is None:
        _create(connection)
    elif version != SCHEMA_VERSION:
        _migrate(connection, version)


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(insert(_versions).values(version_num=SCHEMA_VERSION))


def _migrate(connection: Connection, version: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "leaderboard.storage:migrations")
    config.set_main_option("path_separator", "os")
    if not inspect(connection).has_table(_versions.name):
        command.stamp(config, version)
    command.upgrade(config, SCHEMA_VERSION)
