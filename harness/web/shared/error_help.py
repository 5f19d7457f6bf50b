"""What an error page offers: the trail to the address, and the nearest pages that exist and that the user may see."""

from collections.abc import Sequence

from fastapi import Request

from harness.web.context import PageContext, site_of
from harness.web.error_pages import ErrorHelp
from harness.web.rendering import Link, address
from harness.web.shared.competition_tabs import competition_tabs
from leaderboard.storage.entry_summaries import last_id

MAX_LINKS = 8


def error_help(request: Request, heading: str) -> ErrorHelp:
    """Return the layout and the links of an error page. It may raise anything where the user is not signed in."""
    site = site_of(request)
    context = PageContext(site, site.permissions_of(request), request.url.path)
    parts = [*request.url.path.strip("/").split("/"), ""]
    if parts[0] == "c":
        trail, links, hint = _about_competition(context, parts[1])
    elif parts[0] == "e":
        trail, links, hint = _about_entry(context, parts[1], parts[2:])
    else:
        trail, links, hint = [], competition_links(context), ""
    layout = context.layout(heading, [Link("Competitions", "/"), *trail] if trail else [])
    return ErrorHelp(layout, links[:MAX_LINKS], hint)


def competition_links(context: PageContext) -> list[Link]:
    """Return links to the competitions: those that the site was started with, or for local users all with entries."""
    explicit = {key: competition.name for key, competition in context.site.competitions.explicit.items()}
    if not context.permissions.user_name and not explicit:
        explicit = {board.competition: board.competition_name for board in context.site.boards.names()}
    return [Link(name, address("c", key)) for key, name in explicit.items()]


def _about_competition(context: PageContext, key: str) -> tuple[list[Link], Sequence[Link], str]:
    known = next((link for link in competition_links(context) if link.address == address("c", key)), None)
    if known is None:
        return [], competition_links(context), "Competitions on this site:"
    return [known], [known] if context.permissions.user_name else competition_tabs(context, key), ""


def _about_entry(context: PageContext, number: str, further: Sequence[str]) -> tuple[list[Link], list[Link], str]:
    """Return the entry, if it exists, or else the nearest numbers; teams learn nothing about entries of others."""
    store, is_local = context.site.store, not context.permissions.user_name
    entry_id = int(number) if number.isdecimal() and len(number) < 10 else 0
    entry = store.by_ids([entry_id]).get(entry_id)
    if entry is not None and context.permissions.can_open(entry):
        links = [Link(f"entry {entry_id}", address("e", entry_id))]
        if "queries" in further:
            links.append(Link("its queries", address("e", entry_id, "queries")))
        return links[:1], links, ""
    last = last_id(context.site.database) if is_local else 0
    if not last:
        return [], competition_links(context), ""
    links = [Link(f"entry {near}", address("e", near)) for near in _nearest(context, entry_id, last)]
    return [], [*links, *competition_links(context)], f"The latest entry has the number {last}."


def _nearest(context: PageContext, number: int, last: int) -> list[int]:
    """Return up to four existing entries with numbers near another one."""
    middle = min(max(number, 1), last)
    candidates = [near for near in range(max(1, middle - 20), min(last, middle + 20) + 1) if near != number]
    existing = context.site.store.by_ids(candidates)
    return sorted(sorted(existing, key=lambda near: abs(near - number))[:4])
