"""New, empty databases of both kinds, so that the same tests run on SQLite and PostgreSQL."""

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
    """Return the URL of the server in the environment; without one skip the test, or fail if a server is required."""
    url = os.environ.get(VARIABLE)
    if not url:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"{VARIABLE} names no PostgreSQL server")
    return url


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database: a file in the folder, or a new schema on the server."""
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


class TcpProxy:
    """A TCP proxy to a server that can be interrupted and restored, as if the server went down and came back."""

    def __init__(self, url: str) -> None:
        self._server_url = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_open, self._is_stopped, self._sockets = True, False, set[socket.socket]()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL of the server through the proxy."""
        return self._server_url.set(host="127.0.0.1", port=self.port).render_as_string(hide_password=False)

    def interrupt(self) -> None:
        """Close all connections and refuse new ones."""
        self._is_open = False
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        """Accept connections again."""
        self._is_open = True

    def stop(self) -> None:
        """Stop the proxy."""
        self._is_stopped = True
        self.interrupt()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _listen(self) -> None:
        while not self._is_stopped:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            if not self._is_open:
                near.close()
                continue
            far = socket.create_connection((self._server_url.host or "127.0.0.1", self._server_url.port or 5432))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        self._sockets.add(source)
        with source, suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
        self._sockets.discard(source)
