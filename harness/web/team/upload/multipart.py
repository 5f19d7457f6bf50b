"""Receive an upload as a request body or as a file in a multipart form. Disk I/O runs in worker threads."""

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

from harness.web.error_pages import http_error
from harness.web.team.upload.storage import PartialUpload, ReceivedFile, UploadFolder, file_too_large

BLOCK_BYTES = 1 << 20  # bytes per disk write
READ_TIMEOUT_S = 60.0  # without data, after which the connection counts as dead
MAX_CONCURRENT = 2  # uploads per team
MAX_FIELD_BYTES = 4_000  # bytes of each other form field

Fields = dict[str, str]


class UploadReceiver:
    """Receives uploads, at most MAX_CONCURRENT per team at the same time."""

    def __init__(self, uploads: UploadFolder) -> None:
        self.uploads = uploads
        self._active: Counter[int] = Counter()

    async def receive_body(self, request: Request, team: int) -> ReceivedFile:
        """Store the body of a request."""
        async with self._partial_upload(request, team, 0) as incoming:
            async for block in _blocks(request):
                await run_in_threadpool(incoming.write, block)
            return await run_in_threadpool(incoming.finish)

    async def receive_form(
        self, request: Request, team: int, names: tuple[str, ...], check: Callable[[Fields], None]
    ) -> tuple[ReceivedFile, str, Fields]:
        """Store the part `file` of a form; returns the file, its name, and the values of the named fields.

        `check` is called with the fields that precede the file before any of the file is stored.
        """
        async with self._partial_upload(request, team, MAX_FIELD_BYTES * (len(names) + 8)) as incoming:
            fields = {name: ValueTarget(validator=MaxSizeValidator(MAX_FIELD_BYTES)) for name in names}
            file = _FileTarget(incoming, lambda: check(_decoded(fields)))
            try:
                parser = StreamingFormDataParser(dict(request.headers))
                for name, target in (*fields.items(), ("file", file)):
                    parser.register(name, target)
                async for block in _blocks(request):
                    await run_in_threadpool(parser.data_received, block)
            except (ParseFailedException, ValidationError):
                raise http_error(400, "the request is not a form with a file") from None
            if not file.finished:
                raise http_error(400, "the form has no complete file; choose one and submit it again")
            return await run_in_threadpool(incoming.finish), file.multipart_filename or "", _decoded(fields)

    @asynccontextmanager
    async def _partial_upload(self, request: Request, team: int, form_bytes: int) -> AsyncIterator[PartialUpload]:
        """Yield a file to write to, which is deleted unless it was finished."""
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.uploads.limit + form_bytes:
            raise file_too_large(self.uploads.limit)
        if self._active[team] >= MAX_CONCURRENT:
            raise http_error(429, f"the team already has {MAX_CONCURRENT} uploads in progress", Retry_After="30")
        self._active[team] += 1
        try:
            incoming = await run_in_threadpool(self.uploads.create)
            try:
                yield incoming
            finally:
                await run_in_threadpool(incoming.discard)
        finally:
            self._active[team] -= 1


class _FileTarget(BaseTarget):  # type: ignore[misc] # untyped library
    """Writes the file of a form as it arrives."""

    def __init__(self, incoming: PartialUpload, check: Callable[[], None]) -> None:
        super().__init__()
        self._partial_upload, self._check, self.finished = incoming, check, False

    def on_start(self) -> None:
        self._check()

    def on_data_received(self, chunk: bytes) -> None:
        self._partial_upload.write(chunk)

    def on_finish(self) -> None:
        self.finished = True


def _decoded(fields: dict[str, Any]) -> Fields:
    return {name: target.value.decode("utf-8", "replace") for name, target in fields.items()}


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """Yield the body in blocks. Raises HTTP 400 if the connection breaks or stalls for READ_TIMEOUT_S."""
    stream, buffer = request.stream(), bytearray()
    try:
        while True:
            async with asyncio.timeout(READ_TIMEOUT_S):
                chunk = await anext(stream, None)
            if chunk is None:
                break
            buffer += chunk
            if len(buffer) >= BLOCK_BYTES:
                yield bytes(buffer)
                buffer.clear()
    except (ClientDisconnect, TimeoutError):
        raise http_error(400, "the upload was interrupted; submit the file again") from None
    if buffer:
        yield bytes(buffer)
