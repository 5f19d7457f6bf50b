"""Tests of `harness.web.connection_limits`, `harness.web.request_limit` and `harness.web.client_network`, on real sockets with
limits of a fraction of a second."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.web import connection_limits
from harness.web.connection_limits import LimitedProtocol
from harness.web.request_limit import RequestLimit
from harness.web.server import server_config

PATIENCE_S = 60  # of a socket, after which a test fails
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Connect = Callable[..., socket.socket]


async def answer(request: Request) -> Response:
    """Return the client's address, or ten megabytes, after the body was read."""
    with suppress(ClientDisconnect):
        await request.body()
    if request.url.path == "/large":
        return Response(bytes(10**7))
    return PlainTextResponse(f"{request.client.host if request.client else ''} {request.url.scheme}")


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., int]]:
    """A function that starts a server with short limits, and returns its port."""
    servers = []

    def start(proxies: tuple[str, ...] = ()) -> int:
        app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
        server, listener = uvicorn.Server(server_config(app, proxies)), socket.create_server(("127.0.0.1", 0))  # type: ignore[arg-type]
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        servers.append((server, thread, listener))
        return int(listener.getsockname()[1])

    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "CHECK_S": 0.05,
            "HEADERS_S": 0.3,
            "GRACE_S": 0.3,
            "MAX_CONNECTIONS_PER_ADDRESS": 8,
        }.items():
            patch.setattr(connection_limits, name, value)
        yield start
        for server, thread, listener in servers:
            server.should_exit = True
            thread.join()
            listener.close()


@pytest.fixture(scope="module")
def port(serve: Callable[..., int]) -> int:
    return serve()


@pytest.fixture
def connect(port: int) -> Iterator[Connect]:
    """A function that opens a connection to the server and sends some bytes."""
    opened = []

    def open_socket(start: bytes = b"", to: int = port, receive_buffer: int = 0) -> socket.socket:
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(PATIENCE_S)
        client.connect(("127.0.0.1", to))
        client.sendall(start)
        opened.append(client)
        return client

    yield open_socket
    for client in opened:
        client.close()


def is_closed_by_server(client: socket.socket) -> bool:
    """Read until the server closes the connection."""
    try:
        while client.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


def trickle(client: socket.socket) -> None:
    """Send a byte now and then, until the server closes the connection."""
    client.settimeout(0.02)
    for _ in range(int(PATIENCE_S / 0.02)):
        try:
            client.sendall(b"a")
            if not client.recv(1 << 16):
                return
        except TimeoutError:
            continue
        except ConnectionError:
            return
    pytest.fail("the server keeps the connection")


@pytest.mark.parametrize(
    "start",
    [b"", b"G", b"GET / HTTP/1.1\r\nX: ", GET, GET + b"GET / HTTP/1.1\r\nX: "],
    ids=["nothing", "line", "headers", "idle", "second"],
)
def test_a_connection_whose_headers_do_not_come_is_closed(connect: Connect, start: bytes) -> None:
    assert is_closed_by_server(connect(start))


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nX: ", GET + b"GET / HTTP/1.1\r\nX: "])
def test_headers_that_come_a_byte_at_a_time_are_refused(connect: Connect, start: bytes) -> None:
    trickle(connect(start))


def test_a_body_that_comes_a_byte_at_a_time_is_refused(connect: Connect) -> None:
    trickle(connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"))


def test_a_client_that_does_not_read_the_answer_is_disconnected(connect: Connect) -> None:
    client = connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", receive_buffer=4096)
    received = len(client.recv(1))
    for _ in range(PATIENCE_S * 50):
        if not LimitedProtocol.open_connections:
            break
        time.sleep(0.02)
    with suppress(ConnectionError):
        while block := client.recv(1 << 16):
            received += len(block)
    assert received < 10**7


def test_a_large_answer_and_a_large_body_pass(connect: Connect) -> None:
    client = connect(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert len(b"".join(iter(lambda: client.recv(1 << 20), b""))) > 10**7
    client = connect(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n")
    client.sendall(bytes(3_000_000))
    assert client.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("start", [b"GET /" + b"a" * 50_000, b"GET / HTTP/1.1\r\nX: " + b"a" * 50_000])
def test_long_request_lines_and_headers_are_refused(connect: Connect, start: bytes) -> None:
    assert connect(start).recv(100).startswith(b"HTTP/1.1 400")


def test_further_connections_of_an_address_are_refused(connect: Connect) -> None:
    clients = [connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n") for _ in range(8)]
    assert connect(GET).recv(100).startswith(b"HTTP/1.1 503")
    clients[0].sendall(bytes(9))
    assert clients[0].recv(100).startswith(b"HTTP/1.1 200")


def test_forwarded_addresses_count_only_with_a_trusted_proxy(connect: Connect, serve: Callable[..., int]) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.2\r\n"
    request += b"X-Forwarded-Proto: https\r\n\r\n"

    def shown(proxies: tuple[str, ...] | None) -> bytes:
        client = connect(request, serve(proxies)) if proxies is not None else connect(request)
        return b"".join(iter(lambda: client.recv(1 << 16), b"")).rpartition(b"\r\n")[2]

    assert shown(None) == b"127.0.0.1 http"
    assert shown(("10.0.0.0/8",)) == b"127.0.0.1 http"
    assert shown(("127.0.0.1",)) == b"10.0.0.2 https"
    assert shown(("127.0.0.0/8", "10.0.0.2")) == b"10.0.0.1 https"


def test_requests_of_one_address_beyond_the_limit_are_refused_and_others_are_answered() -> None:
    async def run() -> list[int]:
        finish, codes = asyncio.Event(), []

        async def slow(scope: object, receive: object, send: Callable[..., object]) -> None:
            await finish.wait()
            await Response("done")(scope, receive, send)  # type: ignore[arg-type]

        limited = RequestLimit(slow, limit=2)  # type: ignore[arg-type]

        async def request(address: str) -> None:
            async def send(message: dict[str, object]) -> None:
                if "status" in message:
                    codes.append((address, message["status"]))

            await limited({"type": "http", "client": (address, 1)}, None, send)  # type: ignore[arg-type]

        tasks = [asyncio.create_task(request(address)) for address in ["2001:db8::1", "2001:db8::2", "10.0.0.1"]]
        await asyncio.sleep(0)
        await request("2001:db8::3")
        finish.set()
        await asyncio.gather(*tasks)
        await request("2001:db8::3")
        return codes

    refused, *answered = asyncio.run(run())
    assert refused == ("2001:db8::3", 429)
    assert [code for _, code in answered] == [200] * 4


def test_a_stream_of_events_counts_only_until_it_begins() -> None:
    async def run() -> list[object]:
        codes: list[object] = []
        finish = asyncio.Event()

        async def stream(scope: object, receive: object, send: Callable[..., object]) -> None:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[misc]
            await finish.wait()

        limited = RequestLimit(stream, limit=1)  # type: ignore[arg-type]

        async def send(message: dict[str, object]) -> None:
            codes.append(message["status"])

        scope = {"type": "http", "client": ("10.0.0.1", 1)}
        tasks = [asyncio.create_task(limited(scope, None, send)) for _ in range(3)]  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        finish.set()
        await asyncio.gather(*tasks)
        return codes

    assert asyncio.run(run()) == [200, 200, 200]
