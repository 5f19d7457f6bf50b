"""CPU time and memory of web pages: a board of 10 000 entries, and the explorer of 118 k queries of 100 images."""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from fastapi.testclient import TestClient

from benchmarks.bench_scoring import write_competition
from benchmarks.big_site import make_site
from benchmarks.process import cpu_seconds
from benchmarks.table import Row
from harness.data.competition import Competition
from harness.scoring.evaluate import score_file
from harness.scoring.stored_evaluation import to_arrays
from harness.web.app import create_app
from harness.workspace import Workspace
from leaderboard import Coverage, Entry, EntryStore, Stage
from leaderboard.storage.database import Database
from leaderboard.storage.store import prepare_insert
from metrics import metrics_of

ENTRIES, PAGES = 10_000, 1000


def rows() -> Iterator[Row]:
    """Yield CPU time and size of pages, and the growth of memory over 1000 pages, with the largest values allowed."""
    with TemporaryDirectory() as name:
        yield from _board_rows(Workspace.open(Path(name) / "board"))
        yield from _explorer_rows(Path(name))
        yield from _large_rows(Path(os.environ.get("LANDMARK_LARGE_SITE") or Path(name) / "site"))


def _board_rows(workspace: Workspace) -> Iterator[Row]:
    database = Database(workspace.database)
    random = np.random.default_rng(0)
    with database.write_transaction() as connection:
        for number in range(ENTRIES):
            prepare_insert(_entry(number, float(random.random())), None, None)(connection)
    client = _client(workspace)
    address = "/c/board/retrieval/public"
    start = time.process_time()
    size = len(client.get(address).content)
    yield "board of 10 000: first page ever", f"{1000 * (time.process_time() - start):.0f} ms", "-", True
    seconds = _median_seconds(lambda: client.get(address))
    yield "board of 10 000: first page", f"{1000 * seconds:.0f} ms", "≤ 150 ms", seconds <= 0.15
    yield "board of 10 000: first page", f"{size / 1000:.0f} kB", "≤ 300 kB", size <= 300_000
    seconds = _median_seconds(lambda: client.get(f"{address}?sort=wall&search=7&page=3"))
    yield "board of 10 000: sorted and searched", f"{1000 * seconds:.0f} ms", "≤ 150 ms", seconds <= 0.15


def _explorer_rows(folder: Path) -> Iterator[Row]:
    write_competition(folder)
    workspace = Workspace.open(folder / "explorer")
    competition = Competition.open(folder, workspace.descriptors)
    evaluation = score_file(folder / "sub.csv", folder)[0]
    entry = _entry(1, 0.5, competition=competition.key, scores=evaluation.scores, submission=str(folder / "sub.csv"))
    EntryStore(workspace.database).add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())
    client, process = _client(workspace, folder), psutil.Process()
    queries = re.findall(r'<h2><a href="([^"]+)', client.get("/e/1/queries").text)
    seconds = _median_seconds(lambda: client.get(queries[0]))
    yield "explorer of 118 k × 100: a query", f"{1000 * seconds:.0f} ms", "≤ 200 ms", seconds <= 0.2
    seconds = _median_seconds(lambda: client.get("/e/1/queries?sort=best&page=7"))
    yield "explorer of 118 k × 100: a page of twelve", f"{1000 * seconds:.0f} ms", "≤ 200 ms", seconds <= 0.2
    ids = np.random.default_rng(0).choice(evaluation.query_ids, PAGES + 100)
    for query in ids[:100]:
        client.get(f"/e/1/queries/{query}")
    before = process.memory_info().rss
    for query in ids[100:]:
        client.get(f"/e/1/queries/{query}")
    growth = (process.memory_info().rss - before) / 1e6
    yield "explorer of 118 k × 100: memory of 1000 pages", f"{growth:.0f} MB", "≤ 20 MB", growth <= 20


def _large_rows(folder: Path) -> Iterator[Row]:
    """Yield the CPU time of pages of a site that was just started, and later.

    LANDMARK_LARGE_SITE names a folder made by `python -m benchmarks.big_site`, to save a minute.
    """
    if not folder.exists():
        make_site(folder)
    workspace = Workspace.open(folder / "workspace")
    key = Competition.open(folder / "large", workspace.descriptors).key
    board = f"/c/{key}/retrieval"
    pages = {
        "board": f"{board}/public",
        "board by parameter set": f"{board}/public?by=identity",
        "entry": "/e/3",
        "compare": f"{board}/compare?entry=2&entry=3&entry=5",
        "landmarks": f"{board}/landmarks",
    }
    for name, address in pages.items():
        client = _client(workspace, folder / "large")
        client.app.state.site.warm()  # type: ignore[attr-defined]
        start = time.process_time()
        size = len(client.get(address).content)
        cold = time.process_time() - start
        yield f"{name} of 10 000 entries and 118 k queries: cold", f"{1000 * cold:.0f} ms", "≤ 600 ms", cold <= 0.6
        warm = _median_seconds(partial(client.get, address))
        yield f"{name}: warm", f"{1000 * warm:.0f} ms", "≤ 150 ms", warm <= 0.15
        yield f"{name}: size", f"{size / 1000:.0f} kB", "≤ 120 kB", size <= 120_000


def _client(workspace: Workspace, *folders: Path) -> TestClient:
    client = TestClient(create_app(workspace, folders, hosts=["testserver"]))
    client.get("/static/none")  # loads templates and libraries
    return client


def _median_seconds(request: Callable[[], object]) -> float:
    """Return the median CPU seconds of 15 requests, of client and server together."""
    return float(np.median([cpu_seconds(request) for _ in range(15)]))


def _entry(number: int, score: float, **values: object) -> Entry:
    scores = {part: {str(metric): score for metric in metrics_of("retrieval")} for part in ("all", "public", "private")}
    defaults = {
        "competition": "board",
        "competition_name": "board",
        "task": "retrieval",
        "split": "test",
        "solution": f"solution_{number}",
        "identity": f"solution_{number}(kind='dct', threshold={number})",
        "seed": 0,
        "status": "scored",
        "metric": "map@100",
        "scores": scores,
        "coverage": Coverage(1000, 990, 5, 5),
        "stages": (Stage("fit", 1.0 + number % 97, 2.0, 300.0), Stage("rank", 1.0, 1.0, 100.0 + number % 89)),
        "versions": {f"library-{number}": "1.2.3" for number in range(20)},
        "code_version": "c" * 64,
        "run_key": f"{number:064}",
        "created": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        "intervals": {"public": (score - 0.02, score + 0.02)},
    }
    return Entry(**{**defaults, **values})  # type: ignore[arg-type]
