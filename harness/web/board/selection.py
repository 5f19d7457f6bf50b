"""What can be done with ticked rows of a board: explore their queries, and the command that runs them again."""

import shlex
from collections.abc import Sequence

from harness.web.error_pages import not_found
from harness.web.rendering import address
from harness.web.shared.board_context import BoardContext
from leaderboard import Entry

MAX_SELECTED = 50  # entries


def selected_entries(board: BoardContext, numbers: Sequence[int]) -> list[Entry]:
    """Return the entries with these numbers, in their order; 404 unless they are of the board and open to the user."""
    entries = board.page.site.store.by_ids(list(dict.fromkeys(numbers))[:MAX_SELECTED])
    chosen = [entries[number] for number in dict.fromkeys(numbers) if number in entries]
    own = board.competition, board.task
    if not chosen or any((e.competition, e.task) != own or not board.page.permissions.can_open(e) for e in chosen):
        raise not_found("tick rows of the board first")
    return chosen


def explorer_address(entries: Sequence[Entry]) -> str:
    """Return the address of the queries of the first entry, beside those of the second if there is one."""
    first, *others = entries
    query = {"sort": "difference", "against": others[0].id} if others else {}
    return address("e", first.id, "queries", **query)


def run_command(board: BoardContext, entries: Sequence[Entry]) -> str:
    """Return the command that runs the solutions of some entries again."""
    competition = board.page.site.competitions.find(board.competition)
    folder = str(competition.folder) if competition else board.competition_name
    identities = dict.fromkeys(entry.identity for entry in entries if entry.stages)
    return shlex.join(["landmark", "run", *identities, "--on", folder]) if identities else ""
