"""Which host names a request may be for: another name may be an attack by DNS rebinding."""

from collections.abc import Sequence
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from harness.web.permissions import ANY_ADDRESS, ANY_NAME


class HostCheck:
    """ASGI middleware that answers 400 to requests for other hosts."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app, self._any_name, self._any_address = app, ANY_NAME in hosts, ANY_ADDRESS in hosts
        self._names = frozenset(host.lower() for host in hosts if host not in (ANY_NAME, ANY_ADDRESS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        host = host_name(Headers(scope=scope).get("host", ""))
        if self.allows(host):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("invalid Host header\n", 400)(scope, receive, send)

    def allows(self, host: str) -> bool:
        """Return whether a request may be for this host."""
        return self._any_name or host in self._names or (self._any_address and _is_address(host))


def host_name(header: str) -> str:
    """Return the host of a Host header without its port.

    >>> host_name("Board.example:8000"), host_name("[::1]:8000"), host_name("[::1]")
    ('board.example', '[::1]', '[::1]')
    """
    host = header.strip().lower()
    end = host.find("]") if host.startswith("[") else -1
    return host[: end + 1] if end > 0 else host.partition(":")[0]


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
