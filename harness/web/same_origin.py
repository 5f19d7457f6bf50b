"""Guard of everything that changes something: requests must come from a page of this site."""

from urllib.parse import urlsplit

from fastapi import Request

from harness.web.error_pages import http_error


def require_same_origin(request: Request) -> None:
    """Raise HTTP 403 unless the Origin or Sec-Fetch-Site header says that the request comes from this site."""
    origin = request.headers.get("origin")
    if origin is None:
        same_origin = request.headers.get("sec-fetch-site") == "same-origin"
    else:
        same_origin = urlsplit(origin).netloc == request.headers.get("host")
    if not same_origin:
        raise http_error(403, "the request came from another site and was rejected")
