"""The check of an address that a team names: only public ones may be reached, against server-side request forgery."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from harness.web.team.messages.config import Network
from leaderboard.errors import TeamError
from leaderboard.team.contacts import MAX_ADDRESS_LENGTH

Address = IPv4Address | IPv6Address
_FORBIDDEN = set(" <>\"'`\\@#")


class DestinationError(Exception):
    """A message cannot be sent to this address; the text says why."""


@dataclass(frozen=True)
class Destination:
    """The parts of a webhook's URL; `path` includes the query."""

    is_tls: bool
    host: str
    port: int
    path: str


def parse_webhook(url: str, networks: Sequence[Network] = ()) -> Destination:
    """Return the parts of a URL. Raises TeamError unless it is https, or http where private networks are allowed.

    >>> parse_webhook("https://chat.example/hooks/1?a=b")
    Destination(is_tls=True, host='chat.example', port=443, path='/hooks/1?a=b')
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    is_known = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and bool(networks)))
    if (
        not is_known
        or len(url) > MAX_ADDRESS_LENGTH
        or not url.isascii()
        or set(url) & _FORBIDDEN
        or not url.isprintable()
    ):
        raise TeamError(
            f"a webhook is an address such as https://example.org/hook of at most {MAX_ADDRESS_LENGTH} letters"
        )
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(is_tls, host, port or (443 if is_tls else 80), path)


def resolve(destination: Destination, networks: Sequence[Network] = ()) -> str:
    """Return an IP address of the host that may be reached. Raises DestinationError if any may not.

    The caller connects to this address, so that a second answer of the name server cannot lead elsewhere.
    """
    try:
        found = socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DestinationError("the host's name cannot be resolved") from None
    addresses = [ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not addresses or not all(may_reach(address, networks) for address in addresses):
        raise DestinationError("the host is not on the public Internet")
    if not destination.is_tls and not all(is_in(address, networks) for address in addresses):
        raise DestinationError("hosts on the public Internet need https")
    return str(addresses[0])


def may_reach(address: Address, networks: Sequence[Network] = ()) -> bool:
    """Return whether an address is public, or in one of the allowed networks.

    >>> [may_reach(ip_address(text)) for text in ("93.184.216.34", "127.0.0.1", "10.0.0.1", "169.254.169.254")]
    [True, False, False, False]
    """
    if is_in(address, networks):
        return True
    inner = embedded(address)
    is_public = address.is_global and not address.is_multicast and not address.is_reserved
    return is_public if inner is None else may_reach(inner, networks)


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    return any(address.version == network.version and address in network for network in networks)


def embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to: mapped, 6to4, Teredo or NAT64; None without one.

    >>> embedded(ip_address("64:ff9b::a00:1")), embedded(ip_address("::ffff:127.0.0.1"))
    (IPv4Address('10.0.0.1'), IPv4Address('127.0.0.1'))
    """
    if isinstance(address, IPv4Address):
        return None
    number = int(address)
    if number >> 32 in (0x0064_FF9B << 64, 0):  # NAT64, and IPv4-compatible addresses
        return IPv4Address(number & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
