"""Serving an application to a browser, and looking at what that shows."""

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
from playwright.sync_api import Page

FIND = """axe.run({resultTypes: ["violations"]}).then((found) => found.violations.map(
    (each) => [each.id, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))]))"""


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an application, which runs in a thread while the block does."""
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
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[list[Any]]:
    """What axe finds wrong, and where."""
    page.evaluate(axe())
    found: list[list[Any]] = page.evaluate(FIND)
    return found


def too_wide(page: Page) -> int:
    """The pixels by which a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def looks(page: Page) -> Iterator[str]:
    """A page as it was opened, then once more as a telephone shows it in the dark: what each look is."""
    yield "as it was opened"
    page.set_viewport_size({"width": 390, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.reload()
    yield "narrow and dark"
