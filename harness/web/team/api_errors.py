"""The errors of the JSON API, as its OpenAPI description names them."""

from typing import Any

from pydantic import BaseModel


class ErrorDocument(BaseModel):
    """Why a request was refused, in one line."""

    error: str


Responses = dict[int | str, dict[str, Any]]

_SECONDS = {"description": "seconds after which to try again", "schema": {"type": "integer", "minimum": 0}}
_CHALLENGE = {"description": "how to authenticate", "schema": {"type": "string", "const": "Bearer"}}
_DESCRIPTIONS = {
    401: "invalid or revoked token",
    403: "admins cannot submit; a team's token is needed",
    404: "does not exist, or is not visible to the member",
    409: "the rules do not allow it",
    413: "the file is too large",
    422: "a parameter is missing or invalid",
    429: "too many requests or invalid tokens, or the daily limit is reached",
    500: "an error of the server",
    503: "the database is unavailable, or there are too many connections; nothing was lost",
    507: "the server's disk is full; nothing was stored",
}
_HEADERS = {401: {"WWW-Authenticate": _CHALLENGE}, 429: {"Retry-After": _SECONDS}, 503: {"Retry-After": _SECONDS}}
_TEXT = {"text/plain": {"schema": {"type": "string"}}}

MALFORMED: Responses = {
    400: {
        "description": "no HTTP request, a wrong Host header, or an interrupted upload",
        "model": ErrorDocument,
        "content": _TEXT,
    }
}


def errors(*codes: int) -> Responses:
    """Return the descriptions of the responses with these status codes.

    >>> errors(404)[404]["description"]
    'does not exist, or is not visible to the member'
    """
    return {code: _response(code) for code in codes}


def _response(code: int) -> dict[str, Any]:
    content = {"content": _TEXT} if code == 503 else {}  # too many connections: refused before the request is read
    headers = {"headers": _HEADERS[code]} if code in _HEADERS else {}
    return {"description": _DESCRIPTIONS[code], "model": ErrorDocument, **headers, **content}
