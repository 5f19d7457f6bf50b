"""The first page: a card for each competition."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.web.rendering import Frame, page


@dataclass(frozen=True)
class CardBoard:
    """A task on a card: where its board is, how many entries it has, and the best few with their scores."""

    task: str
    address: str
    entries: int
    best: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Card:
    """A competition: its name, a line about it, its boards."""

    name: str
    says: str
    boards: Sequence[CardBoard]


def home_page(frame: Frame, cards: Sequence[Card]) -> str:
    """The page of all competitions."""
    return page("home.html", frame, cards=cards)
