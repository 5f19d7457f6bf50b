"""Guards of what only the local site offers: not a team server, and for changes only this machine."""

from ipaddress import ip_address

from fastapi import Request

from harness.web.context import PermissionsDep
from harness.web.error_pages import http_error, not_found
from harness.web.permissions import Permissions
from harness.web.same_origin import require_same_origin

_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "via")


def require_local(permissions: PermissionsDep) -> None:
    """Raise HTTP 404 on a site with sign-in."""
    if type(permissions) is not Permissions:
        raise not_found()


def is_from_this_machine(request: Request) -> bool:
    """Return whether a request comes from this machine, and not through a proxy on it."""
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def require_local_change(request: Request, permissions: PermissionsDep) -> None:
    """Raise HTTP 404 on a site with sign-in, and HTTP 403 for other machines and for pages of other sites."""
    require_local(permissions)
    if not is_from_this_machine(request):
        raise http_error(403, "runs are started and stopped only in a browser on the machine of the site")
    require_same_origin(request)
