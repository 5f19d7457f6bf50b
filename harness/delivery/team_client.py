"""Client of the JSON API of a team server, for `landmark push`."""

import json
import os
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from harness.errors import SubmissionError
from leaderboard.safe_text import hide_credentials, make_printable

_BLOCK = 1 << 18  # bytes sent at once
_TIMEOUT_S = 120.0
_MAX_RESPONSE = 1 << 24  # bytes


class _CountingReader:
    """A file that reports how much of it was read."""

    def __init__(self, file: IO[bytes], sent: Callable[[int], None]) -> None:
        self._file, self._sent, self._count = file, sent, 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        block = self._file.read(size)
        self._count += len(block)
        self._sent(self._count)
        return block


@dataclass(frozen=True)
class TeamServer:
    """A team server at an address such as `https://board.example`, used with a token.

    Every method raises SubmissionError, in one line, with the server's message or the reason of a failed request.
    """

    address: str
    token: str

    def competitions(self) -> list[dict[str, Any]]:
        """Return the competitions with the remaining number of submissions to each."""
        return list(self._request("GET", "competitions"))

    def push(
        self, file: Path, competition: str, message: str, sent: Callable[[int], None] = lambda _: None
    ) -> dict[str, Any]:
        """Upload a file and return its submission; `sent` is called with the number of bytes sent so far."""
        query = urlencode({"competition": competition, "file_name": file.name, "message": message})
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(os.stat(file).st_size)}
        with file.open("rb") as stream:
            body = _CountingReader(stream, sent)
            return dict(self._request("POST", f"submissions?{query}", body, headers))

    def submission(self, submission_id: str) -> dict[str, Any]:
        """Return the present state of a submission."""
        return dict(self._request("GET", f"submissions/{submission_id}"))

    def _request(
        self, method: str, path: str, body: _CountingReader | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        connection, prefix = _connection(self.address)
        all_headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        try:
            with closing(connection):
                with suppress(BrokenPipeError, ConnectionResetError):  # the server may have replied before it closed
                    connection.request(method, f"{prefix}/api/v1/{path}", body, all_headers)  # type: ignore[arg-type]
                with connection.getresponse() as response:
                    return self._parse(response.status, response.read(_MAX_RESPONSE))
        except (OSError, HTTPException) as error:
            raise SubmissionError(
                f"{hide_credentials(self.address)}: cannot be reached: {error or type(error).__name__}"
            ) from None

    def _parse(self, status: int, content: bytes) -> Any:
        try:
            document = json.loads(content)
        except ValueError:
            raise SubmissionError(f"{hide_credentials(self.address)}: is not a team server (status {status})") from None
        if status >= 400:
            message = document.get("error") if isinstance(document, dict) else None
            raise SubmissionError(
                f"{hide_credentials(self.address)}: {make_printable(str(message or f'refused with status {status}'))}"
            )
        return document


def _connection(address: str) -> tuple[HTTPConnection, str]:
    """Return a connection, which follows no redirects, and the prefix of every path."""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("http", "https") or not host:
        raise SubmissionError(
            f"{hide_credentials(address)}: is not the address of a server; write https://board.example"
        )
    options: dict[str, Any] = {"timeout": _TIMEOUT_S, "blocksize": _BLOCK}
    if parts.scheme == "https":
        return HTTPSConnection(host, port, context=ssl.create_default_context(), **options), parts.path.rstrip("/")
    return HTTPConnection(host, port, **options), parts.path.rstrip("/")
