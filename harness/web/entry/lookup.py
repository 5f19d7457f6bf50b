"""Entries by their numbers, for those who may open them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends

from harness.data.competition import TASKS
from harness.data.split import TEST
from harness.web.context import Desk, TheDesk
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from leaderboard import Entry

OTHERS = 50  # entries to hold one against
_LARGEST = 2**31 - 1  # that a database's number can be


def entry_of(number: str, desk: TheDesk) -> Entry:
    """Return the entry of a number; the same 404 where there is none and where the viewer may not open it."""
    wanted = int(number) if number.isdecimal() and len(number) < 11 else 0
    found = desk.site.store.numbered([wanted]).get(wanted) if 0 < wanted <= _LARGEST else None
    if found is None or not desk.viewer.opens(found):
        raise not_found(f"there is no entry {number[:20]} that can be opened")
    return found


TheEntry = Annotated[Entry, Depends(entry_of)]


def board_of(entry: Entry) -> tuple[str, str, str]:
    """Return what entries must have in common to be held against one another."""
    return entry.competition, entry.task, entry.split


def others_of(entry: Entry, desk: Desk) -> Sequence[Entry]:
    """Return the best entries of the same board, or the latest of the same fold, that can be opened."""
    task = next((each for each in TASKS if each == entry.task), None)
    if task is None:
        return []
    if entry.split != TEST:
        same = desk.site.store.entries(entry.competition, entry.task, entry.split)
        scored = [each for each in same if each.status == "scored" and each.id != entry.id]
        return [each for each in scored[-OTHERS:] if desk.viewer.opens(each)]
    standings = desk.site.boards.ordered(entry.competition, task, "identity").standings
    best = [each.entry.id for each in standings if each.rank and each.entry.id != entry.id][:OTHERS]
    found = desk.site.store.numbered(best)
    return [found[number] for number in best if desk.viewer.opens(found[number])]


def entry_trail(entry: Entry, *further: str) -> list[Link]:
    """Return the way to an entry, and from there to its queries and one of them."""
    trail = [
        Link("Competitions", "/"),
        Link(f"{entry.competition_name}, {entry.task}", address("c", entry.competition, entry.task)),
        Link(f"entry {entry.id}", address("e", entry.id)),
    ]
    trail += [Link(each, address("e", entry.id, *further[: place + 1])) for place, each in enumerate(further)]
    return [*trail[:-1], Link(trail[-1].text, trail[-1].address, current=True)]
