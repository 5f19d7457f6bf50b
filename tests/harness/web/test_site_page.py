"""Tests of `harness.web.site_page`."""

import re
from pathlib import Path

import pytest

from harness.web import site_page
from harness.web.site_page import discover_pages

WEB = Path(site_page.__file__).parent
PAGES = sorted(file.parent.name for file in WEB.glob("*/routes.py"))


def test_pages_are_the_folders_with_routes() -> None:
    assert {"board", "entry", "explorer", "home", "overfitting"} <= set(PAGES)
    assert len(discover_pages()) == len(PAGES)
    assert discover_pages("harness.web.team.pages")


@pytest.mark.parametrize("page", [*PAGES, "report"])
def test_pages_do_not_import_each_other(page: str) -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (WEB / page).rglob("*.py"))
    imported = set(re.findall(r"harness\.web\.(\w+)", sources))
    assert not imported & {*PAGES, "report", "team", "app", "server"} - {page}
