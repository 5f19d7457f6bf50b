"""The board of a competition's task, with links to the boards of its tasks and to its parts."""

from harness.web.data.board_cache import RankedBoard
from harness.web.rendering import Link, address
from harness.web.shared.board_context import BoardContext
from harness.web.team.competition_context import CompetitionContext
from metrics import Task

OTHER_TABS = ("/data",)  # tabs of the general board that the competition's own tabs replace


def board_of(competition: CompetitionContext, task: Task) -> BoardContext:
    """Return the board of a task, which may have no entries."""
    key = competition.state.key
    boards = [each for each in competition.page.site.boards.names() if (each.competition, each.task) == (key, task)]
    return BoardContext(competition.page, key, task, boards)


def task_links(competition: CompetitionContext, task: Task) -> list[Link]:
    """Return links to the leaderboards of the competition's tasks."""
    return [Link(name, address("c", competition.state.key, name), name == task) for name in competition.state.tasks]


def part_links(board: BoardContext, ranked: RankedBoard, tab: str) -> list[Link]:
    """Return links to the parts of the board, and to its further tabs that the user may open."""
    return [link for link in board.tab_links(ranked, tab) if not link.address.endswith(OTHER_TABS)]
