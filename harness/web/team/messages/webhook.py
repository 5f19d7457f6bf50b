"""Send a JSON document to a webhook: signed, without redirects, and only to addresses that may be reached."""

import hmac
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Any

from harness.web.team.messages.config import Network
from harness.web.team.messages.destination import Destination, DestinationError, parse_webhook, resolve

TIMEOUT_S, TOTAL_S = 5.0, 10.0  # of each step, and of all
SIGNATURE, TIMESTAMP = "X-Landmark-Signature", "X-Landmark-Timestamp"


def send_webhook(
    url: str,
    secret: str,
    document: Mapping[str, Any],
    networks: Sequence[Network] = (),
    context: ssl.SSLContext | None = None,
) -> None:
    """Post a document. Raises DestinationError unless the server answers with a status from 200 to 299 in time.

    `context` is by default that of the certificates that the system trusts.
    """
    destination = parse_webhook(url, networks)
    body, now = json.dumps(document).encode(), str(int(time.time()))
    headers = {
        "Host": _host_header(destination),
        "Content-Type": "application/json",
        "User-Agent": "landmark",
        TIMESTAMP: now,
        SIGNATURE: sign(secret, now, body),
    }
    try:
        with _connection(destination, resolve(destination, networks), context) as connection:
            connection.request("POST", destination.path, body, headers)
            status = connection.getresponse().status
    except TimeoutError:
        raise DestinationError("no answer in time") from None
    except ssl.SSLError:
        raise DestinationError("no valid certificate for this host") from None
    except (OSError, HTTPException, ValueError) as error:
        raise DestinationError(f"no connection ({type(error).__name__})") from None
    if not 200 <= status < 300:
        raise DestinationError(f"the server answered with status {status}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 of the time, a full stop and the body.

    >>> sign("key", "1", b"{}")[:12]
    'sha256=1ba6b'
    """
    return f"sha256={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, sha256).hexdigest()}"


def _host_header(destination: Destination) -> str:
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    return host if destination.port == (443 if destination.is_tls else 80) else f"{host}:{destination.port}"


@contextmanager
def _connection(destination: Destination, address: str, context: ssl.SSLContext | None) -> Iterator[HTTPConnection]:
    """Yield a connection to the address, which is shut down after TOTAL_S at the latest."""
    plain = socket.create_connection((address, destination.port), TIMEOUT_S)
    timer = Timer(TOTAL_S, _shut_down, [plain])
    timer.daemon = True
    timer.start()
    connection = HTTPConnection(destination.host, destination.port, timeout=TIMEOUT_S)
    try:
        connection.sock = plain
        if destination.is_tls:
            context = context or ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=destination.host)
        yield connection
    finally:
        timer.cancel()
        connection.close()
        plain.close()


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
