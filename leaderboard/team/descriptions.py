"""The description of a submission and its links, which its team may change."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from leaderboard.errors import TeamError

MAX_DESCRIPTION_LENGTH = 500  # characters
MAX_LINKS, MAX_LINK_LENGTH = 5, 300  # of a submission; characters


class DescriptionError(TeamError):
    """A description or a link that is not accepted."""


def valid_description(text: str) -> str:
    r"""The stripped text with line feeds only. Raises DescriptionError if it is too long or has unprintable characters.

    >>> valid_description(" SIFT,\r\nre-ranked ")
    'SIFT,\nre-ranked'
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > MAX_DESCRIPTION_LENGTH or not all(not line or line.isprintable() for line in text.split("\n")):
        raise DescriptionError(f"a description has at most {MAX_DESCRIPTION_LENGTH} printable characters")
    return text


def valid_links(texts: Iterable[str]) -> tuple[str, ...]:
    """The links among the texts, each once. Raises DescriptionError unless all are URLs with http or https.

    >>> valid_links(["https://example.org/paper.pdf", "", " https://example.org/paper.pdf"])
    ('https://example.org/paper.pdf',)
    """
    links = tuple(dict.fromkeys(link for text in texts if (link := text.strip())))
    if len(links) > MAX_LINKS:
        raise DescriptionError(f"a submission has at most {MAX_LINKS} links, not {len(links)}")
    for link in links:
        if len(link) > MAX_LINK_LENGTH or not _is_web_address(link):
            message = f"a link is an address such as https://example.org, of at most {MAX_LINK_LENGTH} characters"
            raise DescriptionError(message)
    return links


def _is_web_address(text: str) -> bool:
    if not text.isprintable() or set(text) & set(" <>\"'`\\"):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
