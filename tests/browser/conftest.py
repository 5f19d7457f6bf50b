"""Fixtures: a site with entries of every kind, and Chromium to open its pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from harness.data.embeddings.adding import add_embeddings
from harness.data.embeddings.reading import open_vector_files
from harness.data.ground_truth import load_ground_truth
from harness.solution.search_space import Among, Range, Span
from harness.tuning.study import Trial, TuningStudy
from harness.web.app import create_app
from harness.workspace import Workspace
from metrics import metric
from tests.browser.page_checks import run_server
from tests.factories.competitions import make_competition
from tests.factories.entries import EntryFactory
from tests.factories.vectors import thumbnails, write_npz

REQUIRED = "LANDMARK_REQUIRE_BROWSER"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
TIMEOUT_MS = 60_000  # of every wait; long, because the machine may be busy
LONG_NAME = "long(" + ", ".join(f"parameter_{number}='{number * 7}'" for number in range(400)) + ")"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Without it tests are skipped, or fail if LANDMARK_REQUIRE_BROWSER is set."""
    executable = shutil.which("chromium")
    if executable is None:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(
            "chromium is not installed: apt-get install chromium"
        )
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def entries(tmp_path_factory: pytest.TempPathFactory) -> EntryFactory:
    """A competition with rankings, labellings, a failed run, folds, a long name and a name that holds HTML."""
    folder = make_competition(tmp_path_factory.mktemp("browser") / "small", landmarks=5, queries=4, index=4)
    factory = EntryFactory(folder, Workspace.open(folder.parent / "workspace"))
    for name, right in (("hash(kind='dct')", 0.4), ("nearest", 0.8), ("same_as_nearest", 0.8), (LONG_NAME, 0.6)):
        entry = factory.add_ranking(name, right=right)
    factory.add_ranking("<script>alert(1)</script> \u202e' \" <b>", right=0.2)
    factory.add_failed("broken(x=1)", "ValueError: <i>no</i>", log="line one\n<b>line two</b>\n")
    for fold in (1, 2):
        factory.store.add(replace(entry, id=None, split=f"fold {fold}/2 of deal ab"))
    truth = load_ground_truth(folder, "recognition")
    assert truth is not None
    draw = np.random.default_rng(1)
    for name, wrong in (("softmax", 0.3), ("logistic(c=1)", 0.5)):
        labels = {
            query: (int(draw.integers(5) if draw.random() < wrong or a == b else truth.relevant[a]), draw.random())
            for query, a, b in zip(truth.query_ids, truth.offsets, truth.offsets[1:], strict=False)
        }
        factory.add_labelling(name, labels)
    add_study_and_vectors(factory)
    return factory


def add_study_and_vectors(factory: EntryFactory) -> None:
    """Add a tuning study with a failed trial, and vectors of all images, which maps show."""
    competition, path = factory.competition, factory.workspace.study_file("slope")
    space: dict[str, Range] = {"x": Span(0.0, 1.0), "kind": Among("good", "bad")}
    study = TuningStudy("slope", {}, {"x": 0.9, "kind": "bad"}, space, metric("map@100"), 0, path, competition.key)
    scores = {0: ("", (0.2, 0.3)), 1: ("(x=0.5)", (0.3, 0.4)), 2: ("(x=0.1)", ()), 3: ("(x=0.4)", (0.5, 0.4))}
    study.save(
        {
            number: Trial(number, arguments, folds, 1.0, ("a", "b") if folds else (), None if folds else "five")
            for number, (arguments, folds) in scores.items()
        }
    )
    tables = [images.source for images in (competition.train, competition.index, competition.queries)]
    file = write_npz(competition.folder.parent / "small.npz", *thumbnails(competition))
    add_embeddings("small", open_vector_files([file]), tables)


@pytest.fixture(scope="session")
def site(entries: EntryFactory) -> Iterator[str]:
    """The URL of the site."""
    with run_server(create_app(entries.workspace, [entries.competition.folder])) as url:
        yield url


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """A function that opens a path of the site or any other URL; the test fails if the browser reports an error."""
    errors: list[str] = []
    contexts = []

    def open_page(url: str, *, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(site + url if url.startswith("/") else url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
