"""Browser tests of runs in progress and of the form that starts one: what only their scripts do."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories.entries import EntryFactory
from tests.harness.running.live.test_files import COMMAND, RUN, publish

pytestmark = pytest.mark.slow


def test_a_run_appears_moves_and_disappears_on_the_open_board(open_page: Any, entries: EntryFactory) -> None:
    key = entries.competition.key
    page = open_page(f"/c/{key}/retrieval/public")
    section = page.locator("#running")
    expect(section).to_be_hidden()
    file = publish(entries.workspace, replace(COMMAND, competition=key))
    try:
        expect(section.locator("[data-stage]")).to_have_text("ranking 3 of 8")
        file.write_text(replace(COMMAND, competition=key, runs=(replace(RUN, done=5, share=0.75),)).to_json())
        expect(section.locator("[data-stage]")).to_have_text("ranking 5 of 8")
        expect(section.locator("progress")).to_have_js_property("value", 0.75)
        with page.expect_response(lambda answer: "/table" in answer.url):  # the rows of the board
            file.unlink()
        expect(section).to_be_hidden()
    finally:
        file.unlink(missing_ok=True)


def test_the_command_follows_the_form(open_page: Any) -> None:
    page = open_page("/start?solution=hash")
    page.get_by_label("kind").fill("dct")
    expect(page.locator("pre[data-command]")).to_contain_text("hash(kind='dct')")
    page.get_by_label("Memory limit").fill("much")
    expect(page.get_by_role("alert")).to_contain_text("is not a size")
    page.get_by_label("Solution").select_option("dft")
    expect(page.locator("pre[data-command]")).to_be_hidden()
    expect(page.get_by_label("window")).to_be_checked()
    expect(page.get_by_label("Memory limit")).to_have_value("much")
