"""The tabs of a competition: its boards, and its data page where a plug-in provides one."""

from harness.data.competition import TASKS
from harness.web.context import PageContext
from harness.web.rendering import Link, address
from harness.web.shared.data_analyser import load_analyser


def competition_tabs(page: PageContext, competition: str, current: str = "") -> list[Link]:
    """Return links to the boards that have entries and to the data page; `current` is a task or "data"."""
    boards = [board for board in page.site.boards.names() if board.competition == competition]
    tasks = [task for task in TASKS if any(board.task == task for board in boards)]
    tabs = [Link(task.capitalize(), address("c", competition, task), task == current) for task in tasks]
    return [*tabs, *data_tab(page, competition, current=current == "data")]


def data_tab(page: PageContext, competition: str, *, current: bool = False) -> list[Link]:
    """Return the link to the data page of a competition; empty without that page.

    It is for local users; the team server has a data page of its own.
    """
    if page.permissions.user_name or load_analyser() is None or page.site.competitions.find(competition) is None:
        return []
    return [Link("Data", address("c", competition, "data"), current)]
