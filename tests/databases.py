"""New, empty databases of both kinds, so that one test says what holds for SQLite and PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import NullPool, create_engine, make_url

VARIABLE, REQUIRED = "LANDMARK_TEST_POSTGRESQL", "LANDMARK_REQUIRE_POSTGRESQL"


def postgresql_server() -> str:
    """Return the URL of the server that the environment names; skip the test, or fail where it must not, if none."""
    url = os.environ.get(VARIABLE)
    if not url:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"{VARIABLE} names no PostgreSQL server")
    return url


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database: a file in the folder, or a schema of its own on the server."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'team.sqlite'}"
        return
    server, schema = make_url(postgresql_server()), f"test_{token_hex(8)}"
    engine = create_engine(server, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    try:
        yield server.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
