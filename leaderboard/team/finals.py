"""The finals: by which of its submissions a team stands when the private part decides."""

from collections.abc import Iterable

from leaderboard.entry import Entry
from leaderboard.order import Order
from leaderboard.team.rules import MAX_FINALS
from leaderboard.team.submissions import Submission


def team_finals(submissions: Iterable[Submission], entries: Iterable[Entry], order: Order) -> set[int]:
    """The ids of the entries that are a team's finals: those it chose, and up to FINALS its best public ones.

    The submissions and their entries are of one team, competition and task; hidden ones are left out.
    """
    chosen = {each.entry: each.chosen for each in submissions if each.entry is not None and each.hidden is None}
    own = [entry for entry in entries if entry.id in chosen]
    best = order.best_first(own, order.ranking_part(own))
    first = sorted((entry.id for entry in best if entry.id is not None), key=lambda entry_id: not chosen[entry_id])
    return set(first[:MAX_FINALS])
