"""A site with entries of every kind, and a real browser to look at it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from harness.data.ground_truth import load_ground_truth
from harness.web.app import create_app
from harness.workspace import Workspace
from tests.browser.page_checks import served
from tests.factories.competitions import make_competition
from tests.factories.entries import Entered

REQUIRED = "LANDMARK_REQUIRE_BROWSER"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
LONG = "long(" + ", ".join(f"parameter_{number}='{number * 7}'" for number in range(400)) + ")"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it tests are skipped, or fail where they must not be."""
    found = shutil.which("chromium")
    if found is None:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)("there is no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Entered:
    """A competition with rankings, labellings, a failed run, folds, and names that are too long or steer."""
    folder = make_competition(tmp_path_factory.mktemp("browser") / "small", landmarks=5, queries=4, index=4)
    entered = Entered(folder, Workspace.open(folder.parent / "workspace"))
    for name, right in (("hash(kind='dct')", 0.4), ("nearest", 0.8), ("same_as_nearest", 0.8), (LONG, 0.6)):
        entry = entered.ranking(name, right=right)
    entered.ranking("<script>alert(1)</script> \u202e' \" <b>", right=0.2)
    entered.failed("broken(x=1)", "ValueError: <i>no</i>", log="line one\n<b>line two</b>\n")
    for fold in (1, 2):
        entered.store.add(replace(entry, id=None, split=f"fold {fold}/2 of deal ab"))
    truth = load_ground_truth(folder, "recognition")
    assert truth is not None
    draw = np.random.default_rng(1)
    for name, wrong in (("softmax", 0.3), ("logistic(c=1)", 0.5)):
        labels = {
            query: (int(draw.integers(5) if draw.random() < wrong or a == b else truth.relevant[a]), draw.random())
            for query, a, b in zip(truth.query_ids, truth.offsets, truth.offsets[1:], strict=False)
        }
        entered.labelling(name, labels)
    return entered


@pytest.fixture(scope="session")
def site(world: Entered) -> Iterator[str]:
    """The address of the site."""
    with served(create_app(world.workspace, [world.competition.folder])) as address:
        yield address


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Opens a page of the site, of another, or of a file; the test fails if the browser complained of anything."""
    complaints: list[str] = []
    contexts = []

    def opened(address: str, *, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site + address if address.startswith("/") else address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints
