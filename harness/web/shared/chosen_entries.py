"""The entries that a request names by their numbers, all of one board and one split."""

from collections.abc import Sequence

from harness.web.error_pages import not_found
from harness.web.shared.board_context import BoardContext
from harness.web.shared.entry_lookup import board_of
from leaderboard import Entry


def chosen_entries(board: BoardContext, numbers: Sequence[int]) -> list[Entry]:
    """Return the scored entries of these numbers, each once; 404 if one is not open to the user or not comparable."""
    context, wanted = board.page, list(dict.fromkeys(numbers))
    by_id = context.site.store.by_ids(wanted)
    entries = [by_id[number] for number in wanted if number in by_id and context.permissions.can_open(by_id[number])]
    is_board = [(entry.competition, entry.task) == (board.competition, board.task) for entry in entries]
    if len(entries) < len(wanted) or not all(is_board):
        raise not_found("one of these entries does not exist, is not open to you or belongs to another board")
    if len({board_of(entry) for entry in entries}) > 1:
        raise not_found("these entries answer different queries: the test images, a fold or a sample of them")
    unscored = next((entry for entry in entries if entry.status != "scored"), None)
    if unscored is not None:
        raise not_found(f"entry {unscored.id} has no score, so that it cannot be compared")
    return entries
