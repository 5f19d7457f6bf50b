"""Forms for stars, tags and notes of entries and saved views of boards; in local mode only."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from harness.web.context import PageContextDep
from harness.web.error_pages import http_error, not_found
from harness.web.forms import FormDep
from harness.web.rendering import address
from harness.web.same_origin import require_same_origin
from harness.web.shared.board_context import BoardContextDep
from harness.web.shared.entry_lookup import EntryDep
from harness.web.site_page import SitePage
from leaderboard.errors import LeaderboardError, StoreError
from leaderboard.storage.notes import MAX_NOTE, MAX_QUERY, EntryNote, NoteStore, SavedView, parse_tags

MAX_BACK = 3000  # characters of the address to return to

Fields = Mapping[str, Sequence[str]]


def require_writable_notes(context: PageContextDep) -> None:
    """Raise HTTP 404 on a team server, and HTTP 409 if the workspace is read-only."""
    if context.permissions.user_name:
        raise not_found()
    if not context.site.notes.can_write:
        raise http_error(409, "notes cannot be changed: this workspace is read-only")


router = APIRouter(
    include_in_schema=False, dependencies=[Depends(require_same_origin), Depends(require_writable_notes)]
)
PAGE = SitePage(router)


@router.post("/e/{number}/note")
def save_note(entry: EntryDep, context: PageContextDep, form: FormDep) -> Response:
    """Store star, tags and note of an entry; redirect to its page."""
    text = _field(form, "note").replace("\r\n", "\n").strip()[: MAX_NOTE + 1]
    number = entry.id or 0
    _save(context.site.notes, number, text, _field(form, "tags"), star=_field(form, "star") == "1")
    return RedirectResponse(address("e", number) + "#notes", 303)


@router.post("/e/{number}/star")
def set_star(entry: EntryDep, context: PageContextDep, form: FormDep) -> Response:
    """Star an entry, or remove its star; redirect to the board that the form names, or to the entry's page."""
    notes, number = context.site.notes, entry.id or 0
    before = notes.find_one(number)
    notes.save(number, EntryNote(_field(form, "star") == "1", before.tags, before.note))
    return RedirectResponse(_local_address(_field(form, "back"), address("e", number)), 303)


@router.post("/c/{competition}/{task}/views")
def save_view(board: BoardContextDep, form: FormDep) -> Response:
    """Store a view of a board under a name; redirect to it."""
    view = SavedView(0, _field(form, "name"), _field(form, "tab"), _field(form, "query").removeprefix("?")[:MAX_QUERY])
    if view.tab not in board.tabs(board.ranked()):
        raise http_error(422, "there is no such part of this board")
    try:
        board.page.site.notes.save_view(board.competition, board.task, view)
    except StoreError:
        raise
    except LeaderboardError as error:
        raise http_error(422, str(error)) from None
    return RedirectResponse(board.address(view.tab) + (f"?{view.query}" if view.query else ""), 303)


@router.post("/c/{competition}/{task}/views/{view}/delete")
def delete_view(board: BoardContextDep, view: int) -> Response:
    """Delete a view of a board; redirect to the board."""
    board.page.site.notes.delete_view(board.competition, board.task, min(max(view, 0), 2**31 - 1))
    return RedirectResponse(board.address(), 303)


def _save(notes: NoteStore, entry: int, text: str, tags: str, *, star: bool) -> None:
    """Store a note; HTTP 422 if it is too long or a tag is not valid."""
    try:
        notes.save(entry, EntryNote(star, parse_tags(tags), text))
    except StoreError:
        raise
    except LeaderboardError as error:
        raise http_error(422, str(error)) from None


def _field(form: Fields, name: str) -> str:
    return (form.get(name) or [""])[0]


def _local_address(text: str, default: str) -> str:
    """Return an address of a board on this site; the default for any other text.

    >>> _local_address("/c/x/retrieval/public?sort=wall", "/e/1"), _local_address("//evil/c/", "/e/1")
    ('/c/x/retrieval/public?sort=wall', '/e/1')
    """
    is_local = text.startswith("/c/") and text.isprintable() and text.isascii() and "\\" not in text
    return text if is_local and len(text) <= MAX_BACK else default
