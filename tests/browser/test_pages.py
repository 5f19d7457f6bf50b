"""Every page, as a browser shows it: nothing is wrong by axe, nothing is wider than the window, no script is stopped."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from harness.web.report.page import report_page
from harness.web.report.routes import report_of
from tests.browser.page_checks import looks, too_wide, violations
from tests.factories.entries import Entered

pytestmark = pytest.mark.slow

PAGES = {
    "home": "/",
    "board": "/c/{key}/retrieval/public",
    "private": "/c/{key}/retrieval/private?columns=cpu&columns=coverage&columns=interval&columns=tie&sort=cpu",
    "labels": "/c/{key}/recognition/public?by=identity",
    "nothing found": "/c/{key}/retrieval/public?search=nothing+like+it",
    "folds": "/c/{key}/retrieval/folds",
    "shake-up": "/c/{key}/retrieval/shake-up",
    "probing": "/c/{key}/retrieval/probing",
    "memory": "/c/{key}/retrieval/public?cost=memory",
    "entry": "/e/1",
    "two entries": "/e/4?against=2",
    "failed": "/e/6",
    "queries": "/e/1/queries",
    "two by two": "/e/1/queries?sort=difference&against=2",
    "labelled": "/e/9/queries",
    "query": "/e/1/queries/{query}?against=2",
    "matches": "/e/1/queries/{query}/matches/{image}",
    "label": "/e/9/queries/{query}",
    "not found": "/e/777",
}


def address(world: Entered, name: str) -> str:
    query, image = world.store.query_ids(1)[0], world.competition.index.ids[0]
    return PAGES[name].format(key=world.competition.key, query=query, image=image)


def refused_on_purpose(name: str) -> bool:
    return name == "not found"


@pytest.mark.parametrize("name", [name for name in PAGES if not refused_on_purpose(name)])
def test_each_page_can_be_read_by_everyone(visit: Any, world: Entered, name: str) -> None:
    page = visit(address(world, name), color_scheme="light")
    for look in looks(page):
        assert too_wide(page) <= 0, look
        assert violations(page) == [], look


def test_what_not_everyone_can_read_is_found(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content("<title>x</title><main><p style='width: 500px; color: #eee'>pale</p></main>")
    assert too_wide(page) > 0
    assert ["color-contrast", ['<p style="width: 500px; color: #eee">pale</p>']] in violations(page)
    page.close()


def test_a_page_of_nothing_can_be_read_too(browser: Any, site: str, world: Entered) -> None:
    page = browser.new_page()
    assert page.goto(site + address(world, "not found")).status == 404
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize("name", ["board", "labels", "entry", "queries", "query"])
def test_pages_can_be_read_without_scripts(visit: Any, world: Entered, name: str) -> None:
    page = visit(address(world, name), java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert page.locator("tbody tr, article, li.judged").count() > 3


def test_the_board_tells_ties_as_soon_as_they_are_known(visit: Any, world: Entered) -> None:
    page = visit(address(world, "board"))
    page.locator(".tie strong").first.wait_for()
    rows = {row.locator(".name bdi").first.inner_text(): row for row in page.locator("tbody tr[data-entry]").all()}
    assert rows["same_as_nearest"].locator(".tie").inner_text().startswith("=")


def test_a_heading_sorts_and_the_address_keeps_it(visit: Any, world: Entered) -> None:
    page = visit(address(world, "board"))
    page.get_by_role("link", name="wall s").click()
    page.wait_for_url("**sort=wall**")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("wall s")
    page.get_by_label("Search").fill("hash")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**search=hash**")
    assert "sort=wall" in page.url
    assert page.locator("table.board tbody tr").count() == 1


def test_columns_are_chosen_and_kept_in_the_address(visit: Any, world: Entered) -> None:
    page = visit(address(world, "board"))
    assert page.locator("th", has_text="CPU s").count() == 0
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("CPU s").check()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**columns=cpu**")
    assert page.locator("th", has_text="CPU s").count() == 1
    page.reload()
    assert page.locator("th", has_text="CPU s").count() == 1
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator("th", has_text="CPU s").is_visible()
    assert too_wide(page) <= 0


def test_a_picture_is_walked_through_by_keys_and_marks_the_row(visit: Any, world: Entered) -> None:
    page = visit(address(world, "board"))
    dots = page.locator(".picture").first.locator(".dot")
    first = page.locator(".picture").first.locator(".dot[tabindex='0']")
    assert first.count() == 1
    first.focus()
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.dataset.entry")
    assert page.locator(f"tr.marked[data-entry='{focused}']").count() == 1
    tip = page.locator(".picture").first.locator(".tip")
    assert tip.locator("strong").inner_text() in page.locator(f"tr[data-entry='{focused}'] .name").inner_text()
    assert "s wall" in tip.inner_text()
    assert dots.count() > 2
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/e/{focused}")


def test_a_dot_is_chosen_by_a_click_and_opened_by_the_second(visit: Any, world: Entered) -> None:
    page = visit(address(world, "board"))
    dot = page.locator(".picture").first.locator(".dot").first
    dot.click(force=True)
    assert "/e/" not in page.url
    assert page.locator(".picture").first.locator(".tip").is_visible()
    dot.click(force=True)
    page.wait_for_url("**/e/*")


def test_a_photograph_enlarges_and_keys_lead_on(visit: Any, world: Entered) -> None:
    page = visit(address(world, "query"))
    links = page.locator("a[data-enlarge]")
    links.nth(1).click()
    dialog = page.locator("dialog")
    assert dialog.is_visible()
    assert violations(page) == []
    before = dialog.locator("img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    assert dialog.locator("img").get_attribute("src") != before
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.matches('a[data-enlarge]')")


def test_the_colours_chosen_stay_chosen(visit: Any, world: Entered) -> None:
    page = visit("/", color_scheme="light")
    paper = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = paper()
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert page.locator("#theme").inner_text() == "Theme: dark"
    dark = paper()
    assert dark != light
    page.reload()
    assert paper() == dark


def test_keys_reach_the_content_at_once_and_show_where_they_are(visit: Any, world: Entered) -> None:
    page = visit(address(world, "board"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_no_name_runs_as_a_script(visit: Any, world: Entered) -> None:
    for name in ("board", "labels", "entry", "failed"):
        page = visit(address(world, name))
        assert page.evaluate("document.querySelectorAll('main b, main i, main script').length") == 0


@pytest.fixture(scope="module")
def report(world: Entered, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("report") / "board.html"
    made = report_of(world.competition.folder, world.workspace, entries=20, queries=500)
    path.write_text(report_page(made), encoding="utf-8")
    return path.as_uri()


def test_the_report_opens_from_disk_and_can_be_read_by_everyone(visit: Any, report: str) -> None:
    page = visit(report, color_scheme="light")
    for look in looks(page):
        assert too_wide(page) <= 0, look
        assert violations(page) == [], look
    assert page.locator("article.query").count() > 5
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")


def test_the_explorer_of_a_report_compares_two_entries(visit: Any, report: str) -> None:
    page = visit(report)
    explorer = page.locator(".explorer").first
    explorer.get_by_label("Against").select_option(label="hash(kind='dct')")
    explorer.get_by_label("Order").select_option(label="largest difference first")
    first = explorer.locator("article.query").first
    assert first.locator("section").count() == 2
    values = [float(text) for text in first.locator("h4 .number").all_inner_texts()]
    last = explorer.locator("article.query").last
    rest = [float(text) for text in last.locator("h4 .number").all_inner_texts()]
    assert abs(values[0] - values[1]) >= abs(rest[0] - rest[1])


def test_a_row_of_a_report_opens_its_entry(visit: Any, report: str) -> None:
    page = visit(report)
    page.locator("table.board").first.get_by_role("link", name="nearest", exact=True).click()
    assert page.locator("details.entry[open]").count() == 1


def test_a_report_can_be_read_without_scripts(visit: Any, report: str) -> None:
    page = visit(report, java_script_enabled=False)
    assert page.locator("table.board tbody tr").count() > 4
    assert page.get_by_text("your browser runs none").first.is_visible()
