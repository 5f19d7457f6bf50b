"""Boards at their addresses: `/c/<competition>/<task>/<public, private, all or folds>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.data.competition import TASKS
from harness.data.split import TEST
from harness.scoring.sample_scores import samples
from harness.web.board.cache import Ordered, deal_of
from harness.web.board.folds_page import folds_page
from harness.web.board.page import TAB_NAMES, Board, board_page
from harness.web.board.query import ROWS, Tab, Wish, place, wished
from harness.web.charts.board_charts import Picture, Seen, against_cost, over_time
from harness.web.context import Desk, TheDesk
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from leaderboard import Entry
from leaderboard.board import board_row
from leaderboard.order import Group
from leaderboard.references import ReferenceRow, floors, published, reference_rows
from leaderboard.storage.entry_summaries import BoardName
from metrics import Task

router = APIRouter(prefix="/c")

OTHER = {"public": "private", "private": "public", "all": ""}


@dataclass(frozen=True)
class Place:
    """A competition's task, and what its boards hold."""

    desk: Desk
    competition: str
    task: Task
    names: Sequence[BoardName]

    @property
    def title(self) -> str:
        """Return what the competition is called."""
        return self.names[0].competition_name

    @property
    def deals(self) -> list[str]:
        """Return the deals of folds that have entries, the latest first."""
        return list(dict.fromkeys(deal for name in self.names if (deal := deal_of(name.split))))

    def trail(self) -> list[Link]:
        """Return the way to the board."""
        here = address("c", self.competition, self.task)
        return [Link("Competitions", "/"), Link(self.title, "/"), Link(self.task, here, current=True)]

    def tabs(self, ordered: Ordered) -> list[str]:
        """Return the tabs that the viewer may open, the first that there is."""
        seen = self.desk.viewer.parts(self.competition)
        parts = ["public", "private"] if ordered.part == "public" else [ordered.part]
        found = [part for part in parts if part in seen] if any(name.split == TEST for name in self.names) else []
        ended = ["results"] if self.desk.site.has_results and "private" in seen else []
        return [*found, *(["folds"] if self.deals else []), *ended]

    def links(self, tabs: Sequence[str], current: str) -> list[Link]:
        """Return the tabs as links."""
        return [Link(TAB_NAMES[tab], address("c", self.competition, self.task, tab), tab == current) for tab in tabs]


def place_of(competition: str, task: str, desk: TheDesk) -> Place:
    """Return what is meant by an address; 404 where there are no entries."""
    names = [name for name in desk.site.boards.names() if (name.competition, name.task) == (competition, task)]
    known = next((each for each in TASKS if each == task), None)
    if not names or known is None:
        raise not_found("there is no such board; the competitions are on the first page")
    return Place(desk, competition, known, names)


ThePlace = Annotated[Place, Depends(place_of)]


@router.get("/{competition}/{task}", include_in_schema=False)
def first_tab(at: ThePlace) -> Response:
    """Answer with the way to the first tab."""
    tabs = at.tabs(at.desk.site.boards.ordered(at.competition, at.task))
    if not tabs:
        raise not_found("nothing of this board can be seen yet")
    return RedirectResponse(address("c", at.competition, at.task, tabs[0]))


@router.get("/{competition}/{task}/folds", include_in_schema=False)
def folds(at: ThePlace, deal: str = "") -> HTMLResponse:
    """Answer with the board of a deal's folds, of the latest if none is named."""
    if not at.deals or (deal and deal not in at.deals):
        raise not_found("no entries on such folds")
    chosen = deal or at.deals[0]
    rows, entries = at.desk.site.boards.folds(at.competition, at.task, chosen)
    opened = [(each.identity, each.split, each.id or 0) for each in entries if at.desk.viewer.opens(each)]
    tabs = at.links(at.tabs(at.desk.site.boards.ordered(at.competition, at.task)), "folds")
    deals = [Link(each, address("c", at.competition, at.task, "folds", deal=each), each == chosen) for each in at.deals]
    title = f"{at.title}, {at.task}"
    return HTMLResponse(folds_page(at.desk.frame(f"{title}, folds", at.trail()), title, tabs, deals, rows, opened))


@router.get("/{competition}/{task}/{tab}", include_in_schema=False)
def board(at: ThePlace, tab: str, request: Request) -> HTMLResponse:
    """Answer with a tab of the board."""
    wish = Wish.read(request.query_params, request.query_params.getlist("columns"))
    ordered = at.desk.site.boards.ordered(at.competition, at.task, wish.by)
    part = _demand(at, ordered, tab)
    frame = at.desk.frame(f"{at.title}, {at.task}, {tab}", at.trail())
    return HTMLResponse(board_page(frame, board_at(at, ordered, part, wish)))


@router.get("/{competition}/{task}/{tab}/ties", include_in_schema=False)
def ties(at: ThePlace, tab: str, by: Group = "solution") -> dict[int, dict[str, float | bool | None]]:
    """Answer with the ties of a tab, worked out now if need be."""
    ordered = at.desk.site.boards.ordered(at.competition, at.task, by)
    part = _demand(at, ordered, tab)
    if not at.desk.viewer.sees_ties(at.competition):
        raise not_found("ties cannot be seen before the private scores are")
    found = at.desk.site.ties.find(ordered.metric, part, ordered.leaders(part))
    return {entry: vars(tie) for entry, tie in found.items()}


def _demand(at: Place, ordered: Ordered, tab: str) -> Tab:
    """Return the tab; 404 where the board has none of that name or the viewer may not see it."""
    if tab not in at.tabs(ordered) or tab not in OTHER:
        raise not_found("there is no such part of this board, or it cannot be seen yet")
    return tab  # type: ignore[return-value]


def board_at(at: Place, ordered: Ordered, tab: Tab, wish: Wish) -> Board:
    """Return what a tab of a board shows."""
    site, viewer = at.desk.site, at.desk.viewer
    found = wished(ordered.standings, tab, wish)
    page = found[(wish.page - 1) * ROWS : wish.page * ROWS]
    whole = site.store.numbered([standing.entry.id for standing in page])
    other = OTHER[tab] if OTHER[tab] in viewer.parts(at.competition) else ""
    here = ("c", at.competition, at.task, tab)
    return Board(
        title=f"{at.title}, {at.task}",
        tab=tab,
        tabs=at.links(at.tabs(ordered), tab),
        other=other,
        metric=ordered.metric.name,
        higher_is_better=ordered.metric.higher_is_better,
        caption=_caption(at, tab),
        wish=wish,
        rows=[board_row(each, whole[each.entry.id], ordered.order, ordered.part) for each in page],
        ranks=[place(each, tab) for each in page],
        intervals=_intervals(whole, tab),
        found=len(found),
        total=len(ordered.standings),
        ties=site.ties.known(ordered.metric, tab, ordered.leaders(tab)) if viewer.sees_ties(at.competition) else {},
        ties_address=address(*here, "ties", by=wish.by),
        opens=frozenset(number for number, entry in whole.items() if viewer.opens(entry)),
        some_open=bool(viewer.name),
        pictures=_pictures(at, ordered, tab, wish),
        references=_references(at, ordered),
        honesty=_honesty(at) if ordered.part == "public" else (),
    )


def _references(at: Place, ordered: Ordered) -> list[ReferenceRow]:
    """Return what stands beside the board without a rank, of the parts that may be seen."""
    seen = at.desk.viewer.parts(at.competition)
    competition = at.desk.site.competitions.find(at.competition)
    given = samples(competition, at.task) if competition else []
    own = [each for each in (*given, *floors(ordered.outlines, at.title)) if each.part in seen]
    return reference_rows([*own, *published(ordered.metric.name)])


def _honesty(at: Place) -> list[Link]:
    """Return the pages on how far the board can be trusted, for those who may see private scores."""
    here, seen = ("c", at.competition, at.task), at.desk.viewer.parts(at.competition)
    pages = {"how the board would move": "shake-up", "what probing gains": "probing"} if "private" in seen else {}
    return [Link(text, address(*here, name)) for text, name in pages.items()]


def _intervals(entries: dict[int, Entry], part: str) -> dict[int, tuple[float, float]]:
    return {number: entry.intervals[part] for number, entry in entries.items() if part in entry.intervals}


def _pictures(at: Place, ordered: Ordered, tab: Tab, wish: Wish) -> list[Picture]:
    def drawn() -> list[Picture]:
        metric, better = ordered.metric.name, ordered.metric.higher_is_better
        shown = Seen([each.entry for each in ordered.standings], tab, metric, better)
        pictures = against_cost(shown, wish.cost), over_time(Seen(ordered.outlines, tab, metric, better))
        return [picture for picture in pictures if picture and len(picture.dots) > 1]

    latest = ordered.outlines[-1].id if ordered.outlines else 0
    key = (at.competition, at.task, tab, wish.by, wish.cost, len(ordered.outlines), latest)
    return at.desk.site.pictures.get(key, drawn)


def _caption(at: Place, tab: Tab) -> str:
    """Return how much of the queries a part is, in Kaggle's words."""
    shares = at.desk.site.shares(at.competition, at.task)
    if tab not in shares or len(shares) < 2:
        return ""
    share = f"calculated on approximately {100 * shares[tab]:.2g} % of the queries"
    return share if tab == "private" else f"{share}; the private part decides, and may order otherwise"
