"""The glossary, `/glossary`, linked from the footer of all pages."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.web.context import PageContextDep
from harness.web.glossary_terms import GROUPS
from harness.web.rendering import Link
from harness.web.site_page import SitePage

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router, footer=(Link("Glossary", "/glossary"),))


@router.get("/glossary")
def glossary_page(context: PageContextDep) -> HTMLResponse:
    """Return the terms and their definitions."""
    breadcrumb = [Link("Competitions", "/"), Link("Glossary", "/glossary", current=True)]
    return context.render("glossary/glossary.html", "Glossary", breadcrumb, groups=GROUPS)
