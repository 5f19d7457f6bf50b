"""What `landmark push` asks of a team server, over its API."""

from __future__ import annotations

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
from leaderboard.safe_text import make_printable

_BLOCK = 1 << 18  # bytes sent at once
_SILENCE_S = 120.0
_LONGEST = 1 << 24  # bytes of an answer


@dataclass(frozen=True)
class TeamServer:
    """A team server at an address such as `https://board.example`, asked with a token.

    Every method raises SubmissionError, in one line, with what the server says or why it cannot be asked.
    """

    address: str
    token: str

    def competitions(self) -> list[dict[str, Any]]:
        """Return the competitions and how much may still be handed in to each."""
        found: list[dict[str, Any]] = self._asked("GET", "competitions")
        return found

    def push(
        self, file: Path, competition: str, message: str, sent: Callable[[int], None] = lambda _: None
    ) -> dict[str, Any]:
        """Hand in a file and return its submission; `sent` is told how many bytes are on their way."""
        query = urlencode({"competition": competition, "file_name": file.name, "message": message})
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(os.stat(file).st_size)}
        with file.open("rb") as opened:
            found: dict[str, Any] = self._asked("POST", f"submissions?{query}", _Counted(opened, sent), headers)
        return found

    def submission(self, submission_id: str) -> dict[str, Any]:
        """Return what became of a submission."""
        found: dict[str, Any] = self._asked("GET", f"submissions/{submission_id}")
        return found

    def _asked(
        self, method: str, path: str, body: _Counted | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        connection, prefix = _connection(self.address)
        told = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        try:
            with closing(connection):
                with suppress(BrokenPipeError, ConnectionResetError):  # the server may have said why before it hung up
                    connection.request(method, f"{prefix}/api/v1/{path}", body, told)  # type: ignore[arg-type]
                with connection.getresponse() as answer:
                    return self._understood(answer.status, answer.read(_LONGEST))
        except (OSError, HTTPException) as error:
            raise SubmissionError(f"{self.address}: cannot be asked: {error or type(error).__name__}") from None

    def _understood(self, status: int, content: bytes) -> Any:
        try:
            document = json.loads(content)
        except ValueError:
            raise SubmissionError(f"{self.address}: answers as no team server does (status {status})") from None
        if status >= 400:
            why = document.get("error") if isinstance(document, dict) else None
            raise SubmissionError(f"{self.address}: {make_printable(str(why or f'refused with status {status}'))}")
        return document


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], sent: Callable[[int], None]) -> None:
        self._file, self._sent, self._count = file, sent, 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        found = self._file.read(size)
        self._count += len(found)
        self._sent(self._count)
        return found


def _connection(address: str) -> tuple[HTTPConnection, str]:
    """Return a connection, which follows no redirection, and what stands before each path."""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("http", "https") or not host:
        raise SubmissionError(f"{address}: is no address of a server; write https://board.example")
    options: dict[str, Any] = {"timeout": _SILENCE_S, "blocksize": _BLOCK}
    if parts.scheme == "https":
        return HTTPSConnection(host, port, context=ssl.create_default_context(), **options), parts.path.rstrip("/")
    return HTTPConnection(host, port, **options), parts.path.rstrip("/")
