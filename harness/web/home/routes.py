"""The first page: which competitions there are."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.data.competition import TASKS, Competition
from harness.web.context import Desk, TheDesk
from harness.web.home.page import Card, CardBoard, home_page
from harness.web.rendering import address
from leaderboard.storage.entry_summaries import BoardName
from metrics import Task

router = APIRouter()

_BEST = 3


@router.get("/", include_in_schema=False)
def home(desk: TheDesk) -> HTMLResponse:
    """Answer with the competitions, those with the latest entries first."""
    names = desk.site.boards.names()
    keys = list(dict.fromkeys([name.competition for name in names] + list(desk.site.competitions.named)))
    cards = [_card(desk, key, [name for name in names if name.competition == key]) for key in keys]
    return HTMLResponse(home_page(desk.frame("Competitions"), cards))


def _card(desk: Desk, key: str, names: list[BoardName]) -> Card:
    competition = desk.site.competitions.find(key)
    title = names[0].competition_name if names or competition is None else competition.name
    tasks = [task for task in TASKS if any(name.task == task for name in names)]
    boards = [_board(desk, key, task, sum(name.entries for name in names if name.task == task)) for task in tasks]
    return Card(title, _says(competition), boards)


def _board(desk: Desk, key: str, task: Task, entries: int) -> CardBoard:
    ordered = desk.site.boards.ordered(key, task)
    ranked = [each.entry for each in ordered.standings if each.rank]
    seen = ordered.part in desk.viewer.parts(key)
    best = [(entry.identity, entry.score(ordered.part) or 0.0) for entry in ranked[:_BEST]] if seen else []
    return CardBoard(task, address("c", key, task), entries, best)


def _says(competition: Competition | None) -> str:
    if competition is None:
        return "its folder is not here or has changed since: boards only, no photographs"
    counts = {"train": competition.train, "index": competition.index, "test": competition.queries}
    return ", ".join(f"{len(images)} {part}" for part, images in counts.items() if len(images)) + " images"
