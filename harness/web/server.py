"""Listening for browsers."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.workspace import Workspace

if TYPE_CHECKING:
    from fastapi import FastAPI

LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")


@contextmanager
def listening(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """Give a socket that listens, and the address to open; a port of 0 is any free one.

    Raises HarnessError where nobody may listen.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, port))
            opened.listen(2048)  # so that who is told the address finds someone there
        except OSError as error:
            raise HarnessError(
                f"{host}:{port}: cannot listen there: {error.strerror or error}; choose another --port or --host"
            ) from None
        name = f"[{host}]" if family == socket.AF_INET6 else host
        yield opened, f"http://{name}:{opened.getsockname()[1]}/"


def serve_forever(app: FastAPI, listener: socket.socket) -> None:
    """Answer browsers until someone ends it."""
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def hosts_of(host: str) -> Sequence[str]:
    """Return the names under which a site that listens there may be asked for."""
    return [*LOCAL, host] if host not in ("0.0.0.0", "::") else ["*"]  # noqa: S104 (compared, not bound)


def require_serving() -> None:
    """Raise HarnessError without what pages are made with."""
    from importlib.util import find_spec

    missing = [name for name in ("fastapi", "jinja2", "uvicorn") if find_spec(name) is None]
    if missing:
        raise HarnessError(f"pages need {' and '.join(missing)}: pip install 'landmark[serving]'")


def local_site(workspace: Workspace, folders: Sequence[Path], host: str) -> FastAPI:
    """Return the site of a workspace as someone at this machine sees it."""
    require_serving()
    from harness.web.app import create_app

    app = create_app(workspace, folders, hosts=hosts_of(host))
    Thread(target=app.state.site.warm, daemon=True).start()
    return app
