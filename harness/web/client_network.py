"""IP addresses of clients: which of them count as one client, and which belong to a trusted proxy."""

from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network


def client_network(address: str) -> str:
    """Return the address, or the /64 network of an IPv6 address, because a client may use all of its network.

    >>> [client_network(address) for address in ("10.0.0.7", "2001:db8::1:2", "::ffff:10.0.0.7", "x")]
    ['10.0.0.7', '2001:db8::/64', '10.0.0.7', 'x']
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return address


def is_in_networks(address: str, networks: Sequence[str]) -> bool:
    """Return whether an address is one of the addresses, or in one of the networks.

    >>> is_in_networks("10.0.0.7", ["10.0.0.0/8"]), is_in_networks("", ["10.0.0.0/8"]), is_in_networks("10.0.0.7", [])
    (True, False, False)
    """
    try:
        return any(ip_address(address) in ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def count_down(counter: Counter[str], key: str) -> None:
    """Subtract one from a count; a count of zero is removed.

    >>> counts = Counter(a=2, b=1)
    >>> count_down(counts, "a"), count_down(counts, "b")
    (None, None)
    >>> counts
    Counter({'a': 1})
    """
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
