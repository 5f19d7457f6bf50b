"""Browser tests of the map of images: accessible, moved by keys, a picture under the pointer, a lasso to the explorer."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page_checks import excess_width, violations

pytestmark = pytest.mark.slow


def test_the_map_is_computed_while_the_page_waits_and_leads_to_the_explorer(open_page: Any) -> None:
    page = open_page("/e/1/map", color_scheme="dark")
    canvas = page.locator("canvas")
    expect(canvas).to_be_visible()
    assert violations(page) == []
    canvas.focus()
    page.keyboard.press("+")
    page.keyboard.press("0")
    expect(page.locator(".map-tip img")).to_be_visible()
    page.get_by_role("button", name="Lasso").click()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    for x, y in ((0.99, 0.01), (0.99, 0.99), (0.01, 0.99)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.up()
    page.set_viewport_size({"width": 390, "height": 900})
    assert excess_width(page) <= 0
    assert violations(page) == []
    page.get_by_role("link", name=re.compile("in the explorer")).click()
    expect(page).to_have_url(re.compile(r"/queries\?selection=[0-9a-f]{40}"))


def test_the_map_has_a_picture_without_script(open_page: Any) -> None:
    open_page("/e/1/map").locator("canvas").wait_for()
    page = open_page("/e/1/map", java_script_enabled=False)
    expect(page.locator("noscript img, .map-stage img")).to_be_visible()
    page.get_by_text("As a table").click()
    page.locator("table a").first.click()
    expect(page).to_have_url(re.compile("selection="))
