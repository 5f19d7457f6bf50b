"""A limit on the requests of one address that are answered at the same time, so that others are answered too."""

from collections import Counter

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.web.client_network import client_network, count_down

MAX_REQUESTS = 24  # of one address; 40 threads answer requests


class RequestLimit:
    """ASGI middleware that answers 429 to an address with MAX_REQUESTS requests in progress.

    A stream of events holds no thread, so it does not count once it has begun.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_REQUESTS) -> None:
        self.app, self._limit = app, limit
        self._active: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return
        network = client_network((scope.get("client") or ("",))[0])
        if self._active[network] >= self._limit:
            message = f"{self._limit} requests of this address are in progress; try again in a moment"
            await JSONResponse({"error": message}, 429, {"Retry-After": "2"})(scope, receive, send)
            return
        self._active[network] += 1
        is_counted = True

        async def send_uncounted(message: Message) -> None:
            nonlocal is_counted
            if is_counted and _begins_stream(message):
                is_counted = False
                count_down(self._active, network)
            await send(message)

        try:
            await self.app(scope, receive, send_uncounted)
        finally:
            if is_counted:
                count_down(self._active, network)


def _begins_stream(message: Message) -> bool:
    headers = message.get("headers", ()) if message["type"] == "http.response.start" else ()
    return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers)
