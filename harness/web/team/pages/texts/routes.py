"""The form with which an admin writes the texts of a competition in Markdown, with a preview."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from harness.web.forms import read_fields
from harness.web.rendering import address
from harness.web.site_page import SitePage
from harness.web.team.access import admin_of, require_form_token
from harness.web.team.competition_context import CompetitionContext, CompetitionDep
from harness.web.team.markdown import render_markdown
from harness.web.team.page_texts import page_text
from leaderboard.team.texts import MAX_TEXT_LENGTH, TextPage

router = APIRouter(prefix="/admin/competitions", include_in_schema=False, dependencies=[Depends(admin_of)])
PAGE = SitePage(router)
MAX_BYTES = 10 * MAX_TEXT_LENGTH  # of the form


async def read_text_form(request: Request) -> dict[str, list[str]]:
    """Return the fields of the form, which is larger than others, after checking its CSRF token."""
    fields = await read_fields(request, MAX_BYTES)
    require_form_token(request, (fields.get("form_token") or [""])[0])
    return fields


TextFormDep = Annotated[dict[str, list[str]], Depends(read_text_form)]


@router.get("/{competition}/texts/{page}")
def edit_text(page: TextPage, request: Request, competition: CompetitionDep) -> HTMLResponse:
    """Return the form with the text of a page."""
    return _form(request, competition, page, page_text(competition, page))


@router.post("/{competition}/texts/{page}")
def save_text(page: TextPage, request: Request, competition: CompetitionDep, form: TextFormDep) -> Response:
    """Store the text of a page, or show it as it would look; an empty text restores the default."""
    text = (form.get("text") or [""])[0].replace("\r\n", "\n")[: MAX_TEXT_LENGTH + 1]
    if (form.get("action") or [""])[0] == "preview":
        return _form(request, competition, page, text, preview=True)
    competition.teams.texts.save(competition.state.key, page, text, datetime.now(UTC))
    return RedirectResponse(address("c", competition.state.key, *([] if page == "overview" else [page])), 303)


def _form(
    request: Request, competition: CompetitionContext, page: TextPage, text: str, *, preview: bool = False
) -> HTMLResponse:
    return competition.render(
        "texts/text_form.html",
        page.title(),
        page_name=page,
        text=text,
        preview=render_markdown(text[:MAX_TEXT_LENGTH]) if preview else None,
        longest=MAX_TEXT_LENGTH,
        token=request.state.form_token,
    )
