"""Serve an application to a browser, and check a page's accessibility and width."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from threading import Thread
from time import sleep
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, expect

RUN_AXE = """axe.run({resultTypes: ["violations"]}).then((result) => result.violations.map(
    (violation) => [violation.id, violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))]))"""
EXCESS_WIDTH = """new Promise(requestAnimationFrame).then(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth)"""


@contextmanager
def run_server(app: FastAPI) -> Iterator[str]:
    """Serve an application from a thread during the block; yields its URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@cache
def axe_source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[list[Any]]:
    """Return the accessibility rules that a page breaks, each with the HTML of at most three elements."""
    page.evaluate(axe_source())
    rules: list[list[Any]] = page.evaluate(RUN_AXE)
    return rules


def excess_width(page: Page) -> int:
    """Return by how many pixels a page is wider than its window, after the next layout."""
    width: int = page.evaluate(EXCESS_WIDTH)
    return width


def screen_modes(page: Page) -> Iterator[str]:
    """Yield the page as it was opened, then reloaded on a narrow dark screen; the value names the mode."""
    wait_for_ties(page)
    yield "as opened"
    page.set_viewport_size({"width": 390, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.reload()
    wait_for_ties(page)
    yield "narrow and dark"


def wait_for_ties(page: Page) -> None:
    """Wait until the script of a leaderboard page has filled in the ties, if the page has any to fetch."""
    if page.locator("table[data-ties] .tie").count():
        expect(page.locator("table[data-ties] .tie .quiet").first).to_be_attached()
