"""The cards of the home page: what is known of each competition, and the best entries of its boards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.data.competition import TASKS
from harness.web.competitions import describe_images
from harness.web.context import PageContext
from harness.web.data.board_cache import RankedBoard
from harness.web.home.sparkline import Sparkline, best_over_time
from harness.web.lru import LruCache
from harness.web.rendering import Link, address
from harness.web.shared.competition_tabs import data_tab
from leaderboard.rendering.format_cells import metric_label
from leaderboard.storage.entry_summaries import BoardSummary
from metrics import Task

N_BEST = 3
_LINES: LruCache[Sparkline | None] = LruCache(64)  # by site, board and state of the board
PART_NAMES = {"public": "public part", "private": "private part", "all": "all queries"}


@dataclass(frozen=True)
class BestEntry:
    """One of the best entries of a board: its identity, the address of its page, and its score."""

    name: str
    address: str
    score: float


@dataclass(frozen=True)
class BoardCard:
    """A board: its metric and the part that ranks, the number of ranked solutions, and its best entries.

    `others` is the number of entries without a rank of their own: baselines, failures, and lower entries of solutions.
    """

    task: Task
    address: str
    metric: str
    part: str
    ranked: int
    others: int
    best: Sequence[BestEntry]
    interval: Sequence[float]  # of the best score, empty if unknown
    line: Sparkline | None


@dataclass(frozen=True)
class CompetitionCard:
    """A competition: its name and address, a one-line description, its cover, its last entry, its boards."""

    name: str
    address: str
    description: str
    cover: str  # empty: no photos
    last: datetime | None
    boards: Sequence[BoardCard]
    links: Sequence[Link]  # to its other pages


def competition_cards(context: PageContext) -> list[CompetitionCard]:
    """Return the competitions that the site was started with, or all; those with the latest entries come first."""
    boards, named = context.site.boards.names(), context.site.competitions.explicit
    keys = dict.fromkeys([*(board.competition for board in boards if not named or board.competition in named), *named])
    return [_card(context, key, [board for board in boards if board.competition == key]) for key in keys]


def _card(context: PageContext, key: str, boards: Sequence[BoardSummary]) -> CompetitionCard:
    competition = context.site.competitions.find(key)
    name = boards[0].competition_name if boards or competition is None else competition.name
    tasks = [task for task in TASKS if any(board.task == task for board in boards)]
    return CompetitionCard(
        name,
        address("c", key),
        describe_images(competition),
        address("c", key, "cover") if competition else "",
        max((board.last for board in boards), default=None),
        [_board_card(context, key, task) for task in tasks],
        data_tab(context, key),
    )


def _board_card(context: PageContext, key: str, task: Task) -> BoardCard:
    board = context.site.boards.ranked(key, task)
    ranked = [standing.entry for standing in board.standings if standing.rank]
    is_visible = board.part in context.permissions.parts(key)
    best = [
        BestEntry(entry.identity, address("e", entry.id), entry.score(board.part) or 0.0)
        for entry in (ranked[:N_BEST] if is_visible else [])
    ]
    line = _line(context, key, task, board)
    return BoardCard(
        task,
        address("c", key, task),
        metric_label(board.metric.name),
        PART_NAMES[board.part],
        len(ranked),
        len(board.summaries) - len(ranked),
        best,
        ranked[0].intervals.get(board.part, ()) if best else (),
        line if is_visible else None,
    )


def _line(context: PageContext, key: str, task: Task, board: RankedBoard) -> Sparkline | None:
    """Return the best score over time, computed again if entries have been added."""
    last = board.summaries[-1].id if board.summaries else 0
    state = context.site, key, task, board.part, len(board.summaries), last
    higher_is_better = board.order.higher_is_better
    return _LINES.get(state, lambda: best_over_time(board.summaries, board.part, higher_is_better=higher_is_better))
