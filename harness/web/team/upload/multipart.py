"""Reading an upload off the line: the body itself, or the file in a form. Only threads wait for the disk."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from streaming_form_data import ParseFailedException, StreamingFormDataParser
from streaming_form_data.targets import BaseTarget, ValueTarget
from streaming_form_data.validators import MaxSizeValidator, ValidationError

from harness.web.team.refusals import refused
from harness.web.team.upload.storage import Incoming, Received, Uploads, too_large

BLOCK = 1 << 20  # bytes that are handed to the disk at once
SILENCE_S = 60.0  # after which a line counts as dead
AT_ONCE = 2  # uploads of one team
FIELD = 2_000  # bytes of a field beside the file

Fields = dict[str, str]


class Receiver:
    """Receives uploads, of each team no more than AT_ONCE at the same time."""

    def __init__(self, uploads: Uploads) -> None:
        self.uploads = uploads
        self._coming: Counter[int] = Counter()

    async def body(self, request: Request, team: int) -> Received:
        """Return the file that is the body of a request."""
        async with self._incoming(request, team, 0) as incoming:
            async for block in _blocks(request):
                await run_in_threadpool(incoming.write, block)
            return await run_in_threadpool(incoming.end)

    async def form(
        self, request: Request, team: int, names: tuple[str, ...], check: Callable[[Fields], None]
    ) -> tuple[Received, str, Fields]:
        """Return the part `file` of a form, what its browser calls it, and the fields of these names.

        `check` sees the fields that stand before the file, when that begins.
        """
        async with self._incoming(request, team, FIELD * (len(names) + 8)) as incoming:
            fields = {name: ValueTarget(validator=MaxSizeValidator(FIELD)) for name in names}
            file = _File(incoming, lambda: check(_told(fields)))
            try:
                parser = StreamingFormDataParser(dict(request.headers))
                for name, target in (*fields.items(), ("file", file)):
                    parser.register(name, target)
                async for block in _blocks(request):
                    await run_in_threadpool(parser.data_received, block)
            except (ParseFailedException, ValidationError):
                raise refused(400, "this is no form with a file") from None
            if not file.ended:
                raise refused(400, "the form holds no whole file; choose one and send it again")
            return await run_in_threadpool(incoming.end), file.multipart_filename or "", _told(fields)

    @asynccontextmanager
    async def _incoming(self, request: Request, team: int, beside: int) -> AsyncIterator[Incoming]:
        """Give a file to write to, which is thrown away unless it ends well."""
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told) > self.uploads.limit + beside:
            raise too_large(self.uploads.limit)
        if self._coming[team] >= AT_ONCE:
            raise refused(429, f"{AT_ONCE} files of the team are on their way already", Retry_After="30")
        self._coming[team] += 1
        try:
            incoming = await run_in_threadpool(self.uploads.begin)
            try:
                yield incoming
            finally:
                await run_in_threadpool(incoming.drop)
        finally:
            self._coming[team] -= 1


class _File(BaseTarget):  # type: ignore[misc] # which has no types
    """The file of a form, written as it comes."""

    def __init__(self, incoming: Incoming, check: Callable[[], None]) -> None:
        super().__init__()
        self._incoming, self._check, self.ended = incoming, check, False

    def on_start(self) -> None:
        self._check()

    def on_data_received(self, chunk: bytes) -> None:
        self._incoming.write(chunk)

    def on_finish(self) -> None:
        self.ended = True


def _told(fields: dict[str, Any]) -> Fields:
    return {name: target.value.decode("utf-8", "replace") for name, target in fields.items()}


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """Yield the body in blocks; raises a refusal where the line goes dead."""
    stream, waiting = request.stream(), bytearray()
    try:
        while True:
            async with asyncio.timeout(SILENCE_S):
                chunk = await anext(stream, None)
            if chunk is None:
                break
            waiting += chunk
            if len(waiting) >= BLOCK:
                yield bytes(waiting)
                waiting.clear()
    except (ClientDisconnect, TimeoutError):
        raise refused(400, "the file was cut off on its way; send it again") from None
    if waiting:
        yield bytes(waiting)
