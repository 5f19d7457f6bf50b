"""The entry that a request asks for, the entries to compare it with, and its breadcrumb."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends

from harness.data.competition import TASKS
from harness.data.split import TEST
from harness.web.context import PageContext, PageContextDep
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from leaderboard import Entry

MAX_OTHERS = 50  # entries to compare with
_MAX_ID = 2**31 - 1  # of the database


def entry_of(number: str, context: PageContextDep) -> Entry:
    """Return the entry of a number; the same 404 if it does not exist and if the user may not open it."""
    entry_id = int(number) if number.isdecimal() and len(number) < 11 else 0
    entry = context.site.store.by_ids([entry_id]).get(entry_id) if 0 < entry_id <= _MAX_ID else None
    if entry is None or not context.permissions.can_open(entry):
        raise not_found(f"entry {number[:20]} does not exist or is not open to you")
    return entry


EntryDep = Annotated[Entry, Depends(entry_of)]


def board_of(entry: Entry) -> tuple[str, str, str]:
    """Return the competition, task and split that two entries must share to be compared."""
    return entry.competition, entry.task, entry.split


def comparable_entries(entry: Entry, context: PageContext) -> Sequence[Entry]:
    """Return the best other entries of the same board, or the latest of the same fold, that the user may open."""
    task = next((name for name in TASKS if name == entry.task), None)
    if task is None:
        return []
    if entry.split != TEST:
        same = context.site.store.entries(entry.competition, entry.task, entry.split)
        scored = [other for other in same if other.status == "scored" and other.id != entry.id]
        return [other for other in scored[-MAX_OTHERS:] if context.permissions.can_open(other)]
    standings = context.site.boards.ranked(entry.competition, task, "identity").standings
    best = [row.entry.id for row in standings if row.rank and row.entry.id != entry.id][:MAX_OTHERS]
    entries = context.site.store.by_ids(best)
    return [entries[number] for number in best if context.permissions.can_open(entries[number])]


def entry_breadcrumb(entry: Entry, *further: str) -> list[Link]:
    """Return the links from the home page to an entry, and on to its queries and one of them."""
    links = [
        Link("Competitions", "/"),
        Link(f"{entry.competition_name}, {entry.task}", address("c", entry.competition, entry.task)),
        Link(f"entry {entry.id}", address("e", entry.id)),
    ]
    links += [Link(part, address("e", entry.id, *further[: depth + 1])) for depth, part in enumerate(further)]
    return [*links[:-1], Link(links[-1].text, links[-1].address, current=True)]
