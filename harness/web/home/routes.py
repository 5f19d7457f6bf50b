"""The home page: the competitions and the best entries of each board."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.data.competition import TASKS
from harness.web.competitions import describe_images
from harness.web.context import PageContext, PageContextDep
from harness.web.rendering import address
from harness.web.site_page import SitePage
from leaderboard.storage.entry_summaries import BoardSummary
from metrics import Task

router = APIRouter()
PAGE = SitePage(router)

N_BEST = 3


@dataclass(frozen=True)
class BoardCard:
    """A board: its task, address and number of entries, and its best entries with their scores."""

    task: str
    address: str
    entries: int
    best: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class CompetitionCard:
    """A competition: its name, a one-line description, its boards."""

    name: str
    description: str
    boards: Sequence[BoardCard]


@router.get("/", include_in_schema=False)
def home(context: PageContextDep) -> HTMLResponse:
    """Return the competitions that the site was started with, or all; those with the latest entries come first."""
    boards, named = context.site.boards.names(), context.site.competitions.explicit
    keys = dict.fromkeys([*(board.competition for board in boards if not named or board.competition in named), *named])
    cards = [_card(context, key, [board for board in boards if board.competition == key]) for key in keys]
    return context.render("home/home.html", "Competitions", cards=cards)


def _card(context: PageContext, key: str, boards: list[BoardSummary]) -> CompetitionCard:
    competition = context.site.competitions.find(key)
    name = boards[0].competition_name if boards or competition is None else competition.name
    counts = {task: sum(board.entries for board in boards if board.task == task) for task in TASKS}
    cards = [_board_card(context, key, task, entries) for task, entries in counts.items() if entries]
    return CompetitionCard(name, describe_images(competition), cards)


def _board_card(context: PageContext, key: str, task: Task, entries: int) -> BoardCard:
    board = context.site.boards.ranked(key, task)
    ranked = [standing.entry for standing in board.standings if standing.rank]
    is_visible = board.part in context.permissions.parts(key)
    best = [(entry.identity, entry.score(board.part) or 0.0) for entry in ranked[:N_BEST]] if is_visible else []
    return BoardCard(task, address("c", key, task), entries, best)
