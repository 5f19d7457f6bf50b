"""An entry at its address, `/e/<number>`, with its log and its submission."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from harness.data.split import TEST
from harness.errors import HarnessError
from harness.solution.spec import split_spec
from harness.web.context import Desk, TheDesk
from harness.web.entry.lookup import TheEntry, entry_trail, others_of
from harness.web.entry.page import LOG_LINES, Details, entry_page
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from leaderboard import Entry

router = APIRouter()

_LOG_BYTES = 1 << 16  # the last of them are read
_LONGEST = 2000  # letters of an identity that is taken apart


@router.get("/e/{number}", include_in_schema=False)
def entry(entry: TheEntry, desk: TheDesk, against: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
    """Answer with the page of an entry, and another one beside it."""
    others = others_of(entry, desk)
    other = next((each for each in others if str(each.id) == against), None)
    if against and other is None:
        raise not_found(f"entry {against} cannot be held against entry {entry.id}")
    log = _log(desk, entry)
    details = Details(
        entry=entry,
        parts=[part for part in desk.viewer.parts(entry.competition) if part in entry.scores],
        parameters=_parameters(entry),
        links=_links(desk, entry, other),
        other=other,
        other_parameters=_parameters(other) if other else None,
        others=[(each.id or 0, each.identity) for each in others],
        slices=desk.site.library.slices(entry, other) if _may_be_studied(desk, entry) else None,
        log=log[-LOG_LINES:],
        log_cut=len(log) > LOG_LINES,
        reproduce=_command(desk, entry),
    )
    return HTMLResponse(entry_page(desk.frame(entry.identity, entry_trail(entry)), details))


@router.get("/e/{number}/submission.csv", include_in_schema=False)
def submission(entry: TheEntry, desk: TheDesk) -> Response:
    """Answer with the file that was scored."""
    path = desk.site.library.submission(entry)
    if path is None:
        raise not_found("there is no submission, or it is not there any more")
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=f"entry-{entry.id}-submission.csv")


def _may_be_studied(desk: Desk, entry: Entry) -> bool:
    return desk.viewer.sees_truth(entry.competition) and desk.site.library.can_be_studied(entry)


def _links(desk: Desk, entry: Entry, other: Entry | None) -> list[Link]:
    found = []
    if _may_be_studied(desk, entry):
        asked = {"sort": "difference", "against": other.id} if other else {}
        found.append(Link("What it got right and wrong", address("e", entry.id, "queries", **asked)))
    if desk.site.library.submission(entry):
        found.append(Link("Download the submission", address("e", entry.id, "submission.csv")))
    return found


def _parameters(entry: Entry) -> dict[str, object]:
    if len(entry.identity) > _LONGEST:
        return {}
    try:
        return split_spec(entry.identity)[1]
    except HarnessError:  # an uploaded file may be called anything
        return {}


def _command(desk: Desk, entry: Entry) -> str:
    """Return the line that runs an entry again; nothing for what was not run here."""
    if not entry.stages:
        return ""
    competition = desk.site.competitions.find(entry.competition)
    is_here = competition is not None and not desk.viewer.name  # others need not know where it lies
    folder = str(competition.folder) if competition and is_here else entry.competition_name
    words = ["landmark", "run", entry.identity, *(["--folds"] if entry.split != TEST else []), "--on", folder]
    return shlex.join([*words, *(["--seed", str(entry.seed)] if entry.seed else [])])


def _log(desk: Desk, entry: Entry) -> list[str]:
    """Return the last lines that a run wrote."""
    path = desk.site.library.beside(entry, entry.log)
    return [] if path is None else _last(path).splitlines()


def _last(path: Path) -> str:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - _LOG_BYTES))
        return file.read(_LOG_BYTES).decode("utf-8", "replace")
