"""The HTTP/1.1 protocol of the site, with limits on connections and on the time that slow clients may take."""

import asyncio
from collections import Counter
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from harness.web.client_network import client_network, count_down, is_in_networks

CHECK_S = 1.0  # between checks of a connection
HEADERS_S = 15.0  # for the headers of a request
GRACE_S = 20.0  # before the rate of a body or of an answer counts
MIN_BYTES_S = 1_000  # of a body while it is read, and of an answer while it is sent
BODY_S = 3_600.0  # for a whole body
MAX_CONNECTIONS = 600  # of all clients
MAX_CONNECTIONS_PER_ADDRESS = 100
HEADER_BYTES = 1 << 14  # of a request line and its headers together
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Content-Length: 21\r\nConnection: close\r\n\r\ntoo many connections\n"
)


class LimitedProtocol(H11Protocol):
    """Closes a connection whose client sends headers or a body too slowly, or does not read the answer."""

    open_connections: ClassVar[Counter[str]] = Counter()  # by network, of this process

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection; refuse it beyond the limits."""
        super().connection_made(transport)
        self._network = client_network(self.client[0] if self.client else "")
        self.open_connections[self._network] += 1
        self._waiting_s = self._body_s = self._sending_s = 0.0
        self._body_bytes = self._sent_bytes = self._unsent_bytes = 0
        self._check: asyncio.TimerHandle | None = None
        if len(self.connections) > MAX_CONNECTIONS or self._is_crowded():
            transport.write(BUSY)
            transport.close()
        else:
            self._check = self.loop.call_later(CHECK_S, self._check_progress)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the checks of a closed connection."""
        super().connection_lost(exc)
        count_down(self.open_connections, self._network)
        if self._check:
            self._check.cancel()

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a body."""
        if self.transport.is_closing():
            return
        self._body_bytes += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Start the time for the headers of the next request."""
        self._waiting_s = 0.0
        super().on_response_complete()

    def resume_writing(self) -> None:
        """Count the bytes that the client has read."""
        self._sent_bytes += max(0, self._unsent_bytes - self.transport.get_write_buffer_size())
        self._unsent_bytes = self.transport.get_write_buffer_size()
        super().resume_writing()

    def _is_crowded(self) -> bool:
        """Return whether the address has too many connections; a trusted proxy may have as many as it needs."""
        proxies = self.config.forwarded_allow_ips if self.config.proxy_headers else []
        is_proxy = self.client is not None and is_in_networks(self.client[0], list(proxies or []))
        return not is_proxy and self.open_connections[self._network] > MAX_CONNECTIONS_PER_ADDRESS

    def _check_progress(self) -> None:
        self._check = self.loop.call_later(CHECK_S, self._check_progress)
        if self._is_late_with_headers() or self._is_late_with_body() or self._is_late_with_reading():
            self.transport.abort()

    def _is_late_with_headers(self) -> bool:
        is_idle = self.conn.their_state is h11.IDLE and (self.cycle is None or self.cycle.response_complete)
        self._waiting_s = self._waiting_s + CHECK_S if is_idle else 0.0
        return self._waiting_s > HEADERS_S

    def _is_late_with_body(self) -> bool:
        if self.conn.their_state is not h11.SEND_BODY:
            self._body_s, self._body_bytes = 0.0, 0
        elif not self.flow.read_paused:
            self._body_s += CHECK_S
        return self._body_s > BODY_S or self._body_bytes < (self._body_s - GRACE_S) * MIN_BYTES_S

    def _is_late_with_reading(self) -> bool:
        unsent = self.transport.get_write_buffer_size()
        self._sent_bytes += max(0, self._unsent_bytes - unsent)
        self._unsent_bytes = unsent
        if not unsent:
            self._sending_s, self._sent_bytes = 0.0, 0
            return False
        self._sending_s += CHECK_S
        return self._sent_bytes < (self._sending_s - GRACE_S) * MIN_BYTES_S
