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


def violations(page: Page) -> list[tuple[str, Any]]:
    """What axe finds wrong, and where."""
    page.evaluate(axe())
    found = page.evaluate("axe.run()")
    return [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found["violations"]]


def too_wide(page: Page) -> int:
    """The pixels by which a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
