"""Open a listening socket and serve a site with uvicorn."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.installation import install_command
from harness.web.permissions import ANY_ADDRESS, ANY_NAME, LOCAL_HOSTS
from harness.workspace import Workspace
from leaderboard.safe_text import shorten

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

ALL_ADDRESSES = "0.0.0.0", "::"  # noqa: S104 (compared, not bound)


@contextmanager
def open_socket(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """Yield a listening socket (port 0: any free port) and its URL; raise HarnessError if that is impossible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)  # before the URL is printed, so that an early request waits
        except OSError as error:
            raise HarnessError(
                f"{host}:{port}: cannot listen there: {error.strerror or error}; choose another --port or --host"
            ) from None
        name = f"[{host}]" if family == socket.AF_INET6 else host
        yield listener, f"http://{name}:{listener.getsockname()[1]}/"


def serve_forever(app: FastAPI, listener: socket.socket, proxies: Sequence[str] = ()) -> None:
    """Answer requests until the process is interrupted.

    `proxies` are addresses and networks whose X-Forwarded-For and X-Forwarded-Proto headers are believed.
    """
    import uvicorn

    class Server(uvicorn.Server):
        """Ends streams of events before it waits for the answers in progress."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            if broadcast := getattr(app.state, "broadcast", None):
                broadcast.close()
            await super().shutdown(sockets)

    Server(server_config(app, proxies)).run(sockets=[listener])


def server_config(app: FastAPI, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """Return the configuration of the server, with limits on slow clients and many connections."""
    import uvicorn

    from harness.web.connection_limits import HEADER_BYTES, LimitedProtocol

    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        http=LimitedProtocol,
        ws="none",
        h11_max_incomplete_event_size=HEADER_BYTES,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=5,
    )


def valid_proxies(proxies: Sequence[str]) -> list[str]:
    """Return the addresses and networks of proxies; HarnessError for any other text.

    >>> valid_proxies(["127.0.0.1", "10.0.0.0/8"])
    ['127.0.0.1', '10.0.0.0/8']
    """
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError:
            raise HarnessError(
                f"{shorten(proxy)}: is not the address of a proxy; write an IP address, or a network such as 10.0.0.0/8"
            ) from None
    return list(proxies)


def allowed_hosts(host: str) -> Sequence[str]:
    """Return the host names that a site listening on `host` accepts in requests; on all addresses, any name."""
    return [*LOCAL_HOSTS, host, f"[{host}]"] if host not in ALL_ADDRESSES else [ANY_NAME]


def local_hosts(host: str) -> Sequence[str]:
    """Return the host names of a site without sign-in: on all addresses, those of this machine and IP addresses.

    >>> "evil.example" in local_hosts("0.0.0.0")
    False
    """
    if host not in ALL_ADDRESSES:
        return allowed_hosts(host)
    name = socket.gethostname()
    return [*LOCAL_HOSTS, ANY_ADDRESS, name, f"{name}.local", socket.getfqdn()]


def require_serving() -> None:
    """Raise HarnessError if a library of the `serving` extra is not installed."""
    from importlib.util import find_spec

    missing = [name for name in ("cachetools", "fastapi", "jinja2", "uvicorn") if find_spec(name) is None]
    if missing:
        raise HarnessError(f"pages need {' and '.join(missing)}; install with: {install_command('serving')}")


def local_site(workspace: Workspace, folders: Sequence[Path], host: str) -> FastAPI:
    """Return the site of a workspace for a local user; its boards are computed in the background."""
    require_serving()
    from harness.running.queue.command_queue import CommandQueue
    from harness.running.queue.driver import QueueDriver
    from harness.web.app import create_app

    app = create_app(workspace, folders, hosts=local_hosts(host))
    app.state.queue_driver = QueueDriver(CommandQueue(workspace))
    app.state.queue_driver.start()
    Thread(target=app.state.site.warm, daemon=True).start()
    return app
