"""Browser tests of the site's pages and the HTML report: accessible, no wider than the window, usable by keyboard, and
without errors in the browser's console. Assertions wait for the page (`expect`)."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from harness.web.report.build import build_report
from harness.web.report.page import report_page
from tests.browser.page_checks import excess_width, screen_modes, violations, wait_for_ties
from tests.factories.entries import EntryFactory

pytestmark = pytest.mark.slow

PAGES = {
    "home": "/",
    "board": "/c/{key}/retrieval/public",
    "private": "/c/{key}/retrieval/private?columns=cpu&columns=coverage&columns=interval&columns=tie&sort=cpu",
    "labels": "/c/{key}/recognition/public?by=identity",
    "no match": "/c/{key}/retrieval/public?search=nothing+like+it",
    "folds": "/c/{key}/retrieval/folds",
    "study": "/c/{key}/retrieval/studies/slope",
    "data": "/c/{key}/data",
    "hashes": "/c/{key}/data/hashes",
    "shake-up": "/c/{key}/retrieval/shake-up",
    "probing": "/c/{key}/retrieval/probing",
    "glossary": "/glossary",
    "memory": "/c/{key}/retrieval/public?cost=memory",
    "entry": "/e/1",
    "two entries": "/e/4?against=2",
    "failed": "/e/6",
    "queries": "/e/1/queries",
    "query comparison": "/e/1/queries?sort=difference&against=2",
    "labelled": "/e/9/queries",
    "query": "/e/1/queries/{query}?against=2",
    "matches": "/e/1/queries/{query}/matches/{image}",
    "label": "/e/9/queries/{query}",
    "compare": "/c/{key}/retrieval/compare?entry=1&entry=2&entry=4",
    "compare, labels": "/c/{key}/recognition/compare?entry=9&entry=10",
    "landmarks": "/c/{key}/retrieval/landmarks?entry=1&entry=2",
    "landmarks, labels": "/c/{key}/recognition/landmarks?entry=9",
    "confusion": "/c/{key}/retrieval/confusion?entry=1",
    "start": "/start",
    "what if": "/e/1/what-if",
    "what if, labels": "/e/9/what-if",
    "not found": "/e/777",
}


def page_path(entries: EntryFactory, name: str) -> str:
    query, image = entries.store.query_ids(1)[0], entries.competition.index.ids[0]
    return PAGES[name].format(key=entries.competition.key, query=query, image=image)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "not found"])
def test_each_page_is_accessible_and_fits_the_window(open_page: Any, entries: EntryFactory, name: str) -> None:
    page = open_page(page_path(entries, name), color_scheme="light")
    for mode in screen_modes(page):
        assert excess_width(page) <= 0, mode
        assert violations(page) == [], mode


def test_the_checks_detect_a_wide_page_and_low_contrast(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content("<title>x</title><main><p style='width: 500px; color: #eee'>pale</p></main>")
    assert excess_width(page) > 0
    assert ["color-contrast", ['<p style="width: 500px; color: #eee">pale</p>']] in violations(page)
    page.close()


def test_the_not_found_page_is_accessible(browser: Any, site: str, entries: EntryFactory) -> None:
    page = browser.new_page()
    assert page.goto(site + page_path(entries, "not found")).status == 404
    assert violations(page) == []
    page.close()


@pytest.mark.parametrize("name", ["board", "labels", "entry", "queries", "query"])
def test_pages_show_their_content_without_scripts(open_page: Any, entries: EntryFactory, name: str) -> None:
    page = open_page(page_path(entries, name), java_script_enabled=False)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("tbody tr, article, li.judged").nth(3)).to_be_attached()


def test_the_board_marks_ties_once_they_are_computed(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    row = page.locator("tbody tr[data-entry]").filter(has=page.get_by_text("same_as_nearest", exact=True))
    expect(row.locator(".tie")).to_have_text(re.compile("^="))


def test_a_heading_sorts_the_board_and_a_search_preserves_the_order(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    page.get_by_role("link", name="wall s").click()
    expect(page).to_have_url(re.compile("sort=wall"))
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("wall s")
    page.get_by_label("Search").fill("hash")
    expect(page).to_have_url(re.compile("search=hash"))
    expect(page).to_have_url(re.compile("sort=wall"))
    expect(page.locator("table.board tbody tr")).to_have_count(1)


def test_the_url_stores_the_chosen_columns(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    heading = page.locator("th", has_text="CPU s")
    expect(heading).to_have_count(0)
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("CPU s").check()
    expect(page).to_have_url(re.compile("columns=cpu"))
    expect(heading).to_have_count(1)
    page.reload()
    expect(heading).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 800})
    expect(heading).to_be_visible()
    assert excess_width(page) <= 0


def test_ticked_rows_are_compared_and_menus_close(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    for box in page.locator(".tick input").all()[:2]:
        box.check()
    expect(compare).to_be_enabled()
    menu = page.locator("details.choose").first
    menu.locator("summary").click()
    expect(menu.locator("fieldset").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.locator("fieldset").first).to_be_hidden()


def test_a_drag_over_a_chart_enlarges_a_part_of_it(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    chart = page.locator(".chart > svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.8 * box["height"], steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile("zoom=cost"))
    page.get_by_role("link", name="whole chart").click()
    expect(page).not_to_have_url(re.compile("zoom"))


def test_arrow_keys_move_through_a_chart_and_mark_the_row_of_the_dot(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    chart = page.locator(".chart").first
    expect(chart.locator(".dot").nth(2)).to_be_attached()
    current = chart.locator(".dot[tabindex='0']")
    expect(current).to_have_count(1)
    first_entry = current.get_attribute("data-entry")
    current.focus()
    page.keyboard.press("ArrowRight")
    expect(current).not_to_have_attribute("data-entry", first_entry)
    expect(current).to_be_focused()
    entry = current.get_attribute("data-entry")
    row, tip = page.locator(f"tr.marked[data-entry='{entry}']"), chart.locator(".tip")
    expect(tip).to_contain_text(" MB")
    expect(row.locator(".name")).to_contain_text(tip.locator("strong").inner_text())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/e/{entry}$"))


def test_the_first_click_selects_a_dot_and_the_second_opens_its_entry(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "board"))
    chart, board = page.locator(".chart").first, page.url
    dot = chart.locator(".dot").first
    dot.click(force=True)
    expect(chart.locator(".tip")).to_be_visible()
    expect(page).to_have_url(board)
    dot.click(force=True)
    expect(page).to_have_url(re.compile(r"/e/\d+$"))


def test_a_photo_opens_beside_its_query_and_keys_show_the_next_and_zoom(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "queries"))
    links, dialog = page.locator("a[data-enlarge]"), page.locator("dialog")
    images = dialog.locator("img:visible")
    links.nth(1).click()
    expect(images).to_have_count(2)
    expect(images.nth(0)).to_have_attribute("src", re.compile(re.escape(links.nth(0).get_attribute("href"))))
    page.keyboard.press("ArrowRight")
    expect(images.nth(1)).to_have_attribute("src", re.compile(re.escape(links.nth(2).get_attribute("href"))))
    page.keyboard.press("+")
    expect(images.nth(1)).to_have_attribute("style", re.compile(r"scale\(1\.5\)"))
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(links.nth(2)).to_be_focused()


def test_keys_lead_through_the_queries_but_not_in_a_field(open_page: Any, entries: EntryFactory) -> None:
    page = open_page(page_path(entries, "queries"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    expect(page.locator("article.query").nth(1)).to_be_focused()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    page.keyboard.type("jo?")
    expect(field).to_have_value("jo?")
    page.locator("h1").click()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Query")
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("/queries/"))


def test_the_chosen_theme_survives_a_reload(open_page: Any, entries: EntryFactory) -> None:
    page = open_page("/", color_scheme="light")
    button, body = page.locator("#theme"), page.locator("body")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    button.click()
    expect(button).to_have_text("Theme: light")
    button.click()
    expect(button).to_have_text("Theme: dark")
    expect(body).not_to_have_css("background-color", light)
    dark = page.evaluate(background)
    page.reload()
    expect(button).to_have_text("Theme: dark")
    expect(body).to_have_css("background-color", dark)


def test_the_first_tab_stop_skips_to_the_content_and_the_focus_is_visible(
    open_page: Any, entries: EntryFactory
) -> None:
    page = open_page(page_path(entries, "board"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#content$"))
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("name", ["board", "labels", "entry", "failed"])
def test_names_are_escaped(open_page: Any, entries: EntryFactory, name: str) -> None:
    page = open_page(page_path(entries, name))
    wait_for_ties(page)
    expect(page.locator("main b, main i, main script:not([src])")).to_have_count(0)


@pytest.fixture(scope="module")
def report(entries: EntryFactory, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("report") / "board.html"
    content = build_report(entries.competition.folder, entries.workspace, entries=20, queries=500)
    path.write_text(report_page(content), encoding="utf-8")
    return path.as_uri()


def test_the_report_file_is_accessible_and_shows_its_images(open_page: Any, report: str) -> None:
    page = open_page(report, color_scheme="light")
    for mode in screen_modes(page):
        assert excess_width(page) <= 0, mode
        assert violations(page) == [], mode
    expect(page.locator("article.query").nth(5)).to_be_attached()
    page.evaluate("Promise.all([...document.images].map((image) => image.decode())).then(() => null)")


def test_the_explorer_of_a_report_compares_two_entries(open_page: Any, report: str) -> None:
    explorer = open_page(report).locator(".explorer").first
    explorer.get_by_label("Compare with").select_option(label="hash(kind='dct')")
    explorer.get_by_label("Order").select_option(label="largest difference first")
    expect(explorer.get_by_label("Order")).to_have_value("difference")
    queries = explorer.locator("article.query")
    expect(queries.first.locator("section")).to_have_count(2)
    first, last = (
        [float(text) for text in query.locator("h4 .number").all_inner_texts()]
        for query in (queries.first, queries.last)
    )
    assert abs(first[0] - first[1]) >= abs(last[0] - last[1])


def test_a_row_of_a_report_opens_its_entry(open_page: Any, report: str) -> None:
    page = open_page(report)
    page.locator("table.board").first.get_by_role("link", name="nearest", exact=True).click()
    expect(page.locator("details.entry[open]")).to_have_count(1)


def test_the_address_of_a_report_keeps_the_search_and_photographs_can_be_enlarged(open_page: Any, report: str) -> None:
    page = open_page(report)
    explorer = page.locator(".explorer").first
    name = explorer.locator(".query-photo h4").nth(1).inner_text()
    explorer.get_by_label("Search").fill(name)
    expect(explorer.locator("article.query")).to_have_count(1)
    expect(page).to_have_url(re.compile("search="))
    page.reload()
    expect(explorer.locator("article.query")).to_have_count(1)
    explorer.locator(".strip button.photo").first.click()
    expect(page.locator("dialog[open] img")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_report_shows_its_content_without_scripts(open_page: Any, report: str) -> None:
    page = open_page(report, java_script_enabled=False)
    expect(page.locator("table.board tbody tr").nth(4)).to_be_attached()
    expect(page.get_by_text("needs JavaScript").first).to_be_visible()
