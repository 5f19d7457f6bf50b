"""Configuration of messages: the mail server, and the private networks that webhooks may reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import unquote, urlsplit

from harness.errors import HarnessError
from leaderboard.safe_text import shorten

SMTP_VARIABLE, SENDER_VARIABLE = "LANDMARK_SMTP", "LANDMARK_MAIL_FROM"
PORTS = {"smtp": 587, "smtps": 465}

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class MailServer:
    """A mail server: TLS from the start or by STARTTLS, name and password (empty: none), and the sender's address."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str
    sender: str


@dataclass(frozen=True)
class MessageConfig:
    """The mail server, None without one, and the private networks that webhooks may reach."""

    mail: MailServer | None = None
    networks: tuple[Network, ...] = ()


def read_config(environment: Mapping[str, str], networks: Sequence[str] = ()) -> MessageConfig:
    """Return the configuration of the environment's variables. Raises HarnessError if it is not understood.

    >>> read_config({"LANDMARK_SMTP": "smtp://bot:x@mail.example", "LANDMARK_MAIL_FROM": "bot@mail.example"}).mail.port
    587
    """
    return MessageConfig(_mail_server(environment), tuple(_network(text) for text in networks))


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise HarnessError(f"{shorten(text)}: is no network; write one such as 10.0.0.0/8") from None


def _mail_server(environment: Mapping[str, str]) -> MailServer | None:
    url, sender = environment.get(SMTP_VARIABLE, "").strip(), environment.get(SENDER_VARIABLE, "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        host, port = "", 0
    if not host:
        message = f"{SMTP_VARIABLE} is no address of a mail server; write smtp://USER:PASSWORD@HOST:587, or smtps://…"
        raise HarnessError(message)
    if "@" not in sender or not sender.isprintable():
        raise HarnessError(f"{SENDER_VARIABLE} must be the mail address that messages come from")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, port, parts.scheme == "smtps", user, password, sender)
