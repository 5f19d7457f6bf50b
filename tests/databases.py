"""New, empty databases of both kinds, so that one test says what holds for SQLite and PostgreSQL."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


class Line:
    """A line to a server that can be cut and mended, as when it goes away and comes back."""

    def __init__(self, url: str) -> None:
        self._there = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open, self._ended, self._ends = True, False, set[socket.socket]()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL by which the server is found at the other end."""
        return self._there.set(host="127.0.0.1", port=self.port).render_as_string(hide_password=False)

    def cut(self) -> None:
        """Let the server go away, in the middle of whatever was being said."""
        self._open = False
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let it come back."""
        self._open = True

    def end(self) -> None:
        """Take the line down."""
        self._ended = True
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _listen(self) -> None:
        while not self._ended:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            if not self._open:
                near.close()
                continue
            far = socket.create_connection((self._there.host or "127.0.0.1", self._there.port or 5432))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, heard: socket.socket, told: socket.socket) -> None:
        self._ends.add(heard)
        with heard, suppress(OSError):
            while data := heard.recv(1 << 16):
                told.sendall(data)
        with suppress(OSError):
            told.shutdown(socket.SHUT_RDWR)
        self._ends.discard(heard)
