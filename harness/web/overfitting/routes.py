"""Pages on how far a board can be trusted: `/c/<competition>/<task>/shake-up` and `/c/<competition>/<task>/probing`.

Both look at private scores, so only those see them who may see these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from harness.comparing.shake_up import Shaken, shaken
from harness.errors import DataError
from harness.plotting.probing import attacked
from harness.plotting.selection import chosen
from harness.web.board.routes import Place, ThePlace
from harness.web.error_pages import not_found
from harness.web.lru import Latest
from harness.web.overfitting.probing_page import Attack, probing_page
from harness.web.overfitting.shake_up_page import Told, shake_up_page
from harness.web.rendering import Frame, Link, address
from leaderboard.order import Group

router = APIRouter(prefix="/c")

KEPT = 16  # pages whose draws are not made again
MOST = 200  # entries that may be called one's own
Value = TypeVar("Value")


def kept_of(request: Request) -> Latest[Any]:
    """Return what this site has worked out."""
    state = request.app.state
    if not hasattr(state, "honesty"):
        state.honesty = Latest(KEPT)
    kept: Latest[Any] = state.honesty
    return kept


TheKept = Annotated[Latest[Any], Depends(kept_of)]


def open_place(at: ThePlace) -> Place:
    """Return the board of an address; 404 where its private scores may not be seen."""
    viewer = at.desk.viewer
    if not {"public", "private"} <= set(viewer.parts(at.competition)) or not viewer.sees_truth(at.competition):
        raise not_found("this cannot be seen before the private scores are")
    return at


OpenPlace = Annotated[Place, Depends(open_place)]


@router.get("/{competition}/{task}/shake-up", include_in_schema=False)
def shake_up(
    at: OpenPlace,
    kept: TheKept,
    by: Group = "solution",
    mine: Annotated[list[int] | None, Query(max_length=MOST)] = None,
) -> HTMLResponse:
    """Answer with the board in many draws of its queries; finals are chosen among the entries that are `mine`."""
    found: Shaken = _once(at, kept, by, lambda: _shaken(at, by))
    told = Told(
        title=f"{at.title}, {at.task}",
        metric=found.metric.name,
        queries=found.queries,
        public=found.public,
        shake=found.shake,
        entries={row.identity: row.entry_id or 0 for row in found.rows},
        mine=[row.identity for row in found.rows if row.entry_id in (mine or [])],
        by=by,
        left_out=found.left_out,
    )
    return HTMLResponse(shake_up_page(_frame(at, "shake-up"), told))


@router.get("/{competition}/{task}/probing", include_in_schema=False)
def probing(at: OpenPlace, kept: TheKept) -> HTMLResponse:
    """Answer with what votes over random mixtures of the two best entries gain."""
    return HTMLResponse(probing_page(_frame(at, "probing"), _once(at, kept, "probing", lambda: _attack(at))))


def _frame(at: Place, name: str) -> Frame:
    """Return what stands around the page of a name, with the way to it."""
    here = "c", at.competition, at.task
    trail = [*at.trail()[:-1], Link(at.task, address(*here)), Link(name, address(*here, name), current=True)]
    return at.desk.frame(f"{at.title}, {at.task}, {name}", trail)


def _shaken(at: Place, by: Group) -> Shaken:
    return shaken(at.desk.site.store, at.competition, at.task, by=by, hidden=at.desk.site.boards.hidden())


def _attack(at: Place) -> Attack:
    competition = at.desk.site.competitions.find(at.competition)
    if competition is None:
        raise DataError(f"the folder of {at.title} is gone or has changed; run something on it to find it again")
    found = chosen(competition, at.desk.site.store, at.task, (), 2, at.desk.site.boards.hidden())
    probed, attackers = attacked(found)
    names = [entry.identity for entry in found.entries]
    public = found.public()
    return Attack(f"{at.title}, {at.task}", found.metric.name, names, int(public.sum()), len(public), probed, attackers)


def _once(at: Place, kept: Latest[Any], what: str, make: Callable[[], Value]) -> Value:
    """Return what was worked out for this board, worked out now if an entry has come since."""
    outlines = at.desk.site.boards.ordered(at.competition, at.task).outlines
    key = what, at.competition, at.task, len(outlines), outlines[-1].id if outlines else 0
    value: Value = kept.get(key, make)
    return value
