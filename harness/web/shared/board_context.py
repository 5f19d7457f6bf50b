"""The board that a request asks for: a competition's task, its tabs and links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from harness.data.competition import TASKS
from harness.data.query_sample import sample_size
from harness.data.split import TEST
from harness.web.context import PageContext, PageContextDep
from harness.web.data.board_cache import RankedBoard, fold_set_of
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.shared.competition_tabs import data_tab
from harness.web.site_page import BoardLink
from leaderboard.storage.entry_summaries import BoardSummary
from metrics import Task

TAB_NAMES = {"public": "Public", "private": "Private", "all": "All queries", "folds": "Folds", "samples": "Samples"}


@dataclass(frozen=True)
class BoardContext:
    """A competition's task with the splits that have entries, in the context of a request."""

    page: PageContext
    competition: str
    task: Task
    boards: Sequence[BoardSummary]

    @property
    def competition_name(self) -> str:
        """Return the name of the competition."""
        return self.boards[0].competition_name

    @property
    def title(self) -> str:
        """Return the name of the competition, and the task."""
        return f"{self.competition_name}, {self.task}"

    @property
    def visible_parts(self) -> tuple[str, ...]:
        """Return the parts whose scores the user may see."""
        return self.page.permissions.parts(self.competition)

    @property
    def fold_sets(self) -> list[str]:
        """Return the cross-validations that have entries, the latest first."""
        return list(dict.fromkeys(fold_set for board in self.boards if (fold_set := fold_set_of(board.split))))

    @property
    def samples(self) -> list[str]:
        """Return the names of the samples of the test images that have entries, the largest sample first."""
        sizes = {board.split: size for board in self.boards if (size := sample_size(board.split))}
        return sorted(sizes, key=lambda split: -sizes[split])

    def address(self, *parts: str, **query: str | Sequence[str]) -> str:
        """Return the address of the board, or of a page below it."""
        return address("c", self.competition, self.task, *parts, **query)

    def breadcrumb(self, name: str = "") -> list[Link]:
        """Return the links from the home page to the board, or to the page `name` below it."""
        links = [Link("Competitions", "/"), Link(self.competition_name, address("c", self.competition))]
        further = [Link(name, self.address(name), current=True)] if name else []
        return [*links, Link(self.task, self.address(), current=not name), *further]

    def ranked(self) -> RankedBoard:
        """Return the standings on the test images."""
        return self.page.site.boards.ranked(self.competition, self.task)

    def tabs(self, ranked: RankedBoard) -> list[str]:
        """Return the tabs that the user may open; the first is the default."""
        parts = ["public", "private"] if ranked.part == "public" else [ranked.part]
        has_test = any(board.split == TEST for board in self.boards)
        visible = [part for part in parts if has_test and part in self.visible_parts]
        further = (["folds"] if self.fold_sets else []) + (["samples"] if self.samples else [])
        return [*visible, *further, *(link.path for link in self._links(is_tab=True))]

    def tab_links(self, ranked: RankedBoard, current: str) -> list[Link]:
        """Return links to the tabs."""
        names = TAB_NAMES | {link.path: link.text for link in self._links(is_tab=True)}
        links = [Link(names[tab], self.address(tab), tab == current) for tab in self.tabs(ranked)]
        return [*links, *data_tab(self.page, self.competition)]

    def further_links(self) -> list[Link]:
        """Return links to the pages about this board that are no tabs."""
        return [Link(link.text, self.address(link.path)) for link in self._links(is_tab=False)]

    def _links(self, *, is_tab: bool) -> list[BoardLink]:
        n_entries = sum(board.entries for board in self.boards if board.split == TEST)
        every = [link for link in self.page.site.board_links if link.is_tab == is_tab]
        links = [link for link in every if link.least_entries <= n_entries]
        return [link for link in links if not link.needs_private or "private" in self.visible_parts]


def board_context_of(competition: str, task: str, context: PageContextDep) -> BoardContext:
    """Return the board of an address; 404 if it has no entries."""
    boards = [board for board in context.site.boards.names() if (board.competition, board.task) == (competition, task)]
    valid_task = next((name for name in TASKS if name == task), None)
    if not boards or valid_task is None:
        raise not_found("no such board; see the list of competitions")
    return BoardContext(context, competition, valid_task, boards)


BoardContextDep = Annotated[BoardContext, Depends(board_context_of)]


def private_board_of(board: BoardContextDep) -> BoardContext:
    """Return the board of an address; 404 unless the user may see private scores and the ground truth."""
    can_see_truth = board.page.permissions.can_see_truth(board.competition)
    if not {"public", "private"} <= set(board.visible_parts) or not can_see_truth:
        raise not_found("this page is not available before the private scores are released")
    return board


PrivateBoardDep = Annotated[BoardContext, Depends(private_board_of)]
