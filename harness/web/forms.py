"""The fields of forms without files."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from harness.web.error_pages import http_error

MAX_FORM_BYTES = 64_000  # of a form without a file


async def read_form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form without a file, of at most MAX_FORM_BYTES; errors are as in `read_fields`."""
    return await read_fields(request, MAX_FORM_BYTES)


async def read_fields(request: Request, limit: int) -> dict[str, list[str]]:
    """Return the fields of a form without a file.

    Raises HTTP 413 beyond `limit` bytes, 400 if it is malformed or the client has disconnected.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise http_error(413, "the form is too large")
    except ClientDisconnect:
        raise http_error(400, "the form was interrupted; send it again") from None
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        raise http_error(400, "the request is not a form") from None


FormDep = Annotated[dict[str, list[str]], Depends(read_form)]
