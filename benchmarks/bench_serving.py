"""The team server under load: 50 people browse while 5 teams hand in 203 MB each, which are then scored."""

import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from urllib.parse import urlencode

import numpy as np

from benchmarks.bench_scoring import LANDMARK, write_competition
from harness.data.competition import Competition

PEOPLE, TEAMS, PAUSE_S, MOST_S = 50, 5, (1.0, 3.0), 240.0


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give errors and times of pages, how long uploads took, and when all had their scores."""
    with TemporaryDirectory() as name:
        folder, workspace = Path(name) / "competition", Path(name) / "workspace"
        folder.mkdir()
        write_competition(folder)
        tokens = [_landmark(workspace, "team", "add", f"Team {number}") for number in range(TEAMS + 1)]
        with _serving(folder, workspace) as port:
            yield from _under_load(port, folder, workspace, tokens)


def _under_load(port: int, folder: Path, workspace: Path, tokens: list[str]) -> Iterator[tuple[str, str, str, bool]]:
    key = Competition.open(folder, workspace / "descriptors").key
    cookie, over = _signed_in(port, tokens[-1]), Event()
    pages = ["/", "/submissions", f"/c/{key}/retrieval/public"]
    with ThreadPoolExecutor(PEOPLE + TEAMS) as pool:
        people = [pool.submit(_browse, port, cookie, pages, number, over) for number in range(PEOPLE)]
        begun = time.monotonic()
        sent = [
            pool.submit(_push, port, token, folder / "sub.csv", number) for number, token in enumerate(tokens[:TEAMS])
        ]
        received = [future.result() for future in sent]
        uploaded = time.monotonic() - begun
        while time.monotonic() - begun < MOST_S and not _all_scored(port, tokens[:TEAMS]):
            time.sleep(1)
        scored = time.monotonic() - begun
        over.set()
        yield from _told(people, received, uploaded, scored)


def _told(
    people: list[Future[list[tuple[int, float]]]], received: list[int], uploaded: float, scored: float
) -> Iterator[tuple[str, str, str, bool]]:
    seen = [each for person in people for each in person.result()]
    errors = sum(status != 200 for status, _ in seen)
    p50, p95, slowest = np.percentile([taken for _, taken in seen], [50, 95, 100])
    yield f"{PEOPLE} people, {len(seen)} pages: errors", str(errors), "0", errors == 0
    yield "pages: p95", f"{p95:.3f} s", "≤ 1 s", p95 <= 1
    yield "pages: median, slowest", f"{p50:.3f} s, {slowest:.3f} s", "-", True
    yield (
        f"{TEAMS} uploads of 203 MB at once: taken",
        f"{received.count(201)} in {uploaded:.1f} s",
        "all",
        received == [201] * TEAMS,
    )
    yield "all of them scored after", f"{scored:.1f} s", f"≤ {MOST_S:g} s", scored < MOST_S


@contextmanager
def _serving(folder: Path, workspace: Path) -> Iterator[int]:
    command = [LANDMARK, "serve", "--teams", "--on", str(folder), "--workspace", str(workspace), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        told = re.search(r":(\d+)/", server.stdout.readline())
        assert told is not None
        yield int(told[1])
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _landmark(workspace: Path, *words: str) -> str:
    return subprocess.run(
        [LANDMARK, *words, "--workspace", str(workspace)], capture_output=True, text=True, check=True
    ).stdout.strip()


def _asked(port: int, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=MOST_S)
    try:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, told)  # type: ignore[arg-type]
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def _signed_in(port: int, token: str) -> str:
    origin = f"http://127.0.0.1:{port}"
    kind = "application/x-www-form-urlencoded"
    _, _, headers = _asked(port, "POST", "/sign-in", urlencode({"token": token}), Origin=origin, Content_Type=kind)
    return headers["set-cookie"].partition(";")[0]


def _browse(port: int, cookie: str, pages: list[str], seed: int, over: Event) -> list[tuple[int, float]]:
    """Return status and seconds of each page that one person has looked at."""
    draw, seen = random.Random(seed), []
    while not over.wait(draw.uniform(*PAUSE_S)):
        begun = time.perf_counter()
        page = draw.choice(pages)
        status, _, _ = _asked(port, "GET", page, Cookie=cookie)
        if status == 404 and page.startswith("/c/"):
            status = 200  # before the first score there is no board
        seen.append((status, time.perf_counter() - begun))
    return seen


def _push(port: int, token: str, file: Path, number: int) -> int:
    """Return the status that a team's upload got; each differs by the empty lines at its end."""
    size = file.stat().st_size + number
    query = urlencode({"competition": file.parent.name, "file_name": file.name})
    told = {"Authorization": f"Bearer {token}", "Content_Length": str(size)}
    return _asked(port, "POST", f"/api/v1/submissions?{query}", _content(file, number), **told)[0]


def _content(file: Path, number: int) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(1 << 18):
            yield block
    yield b"\n" * number


def _all_scored(port: int, tokens: list[str]) -> bool:
    answers = [_asked(port, "GET", "/api/v1/submissions", Authorization=f"Bearer {token}")[1] for token in tokens]
    return all(b'"status":"scored"' in answer for answer in answers)


if __name__ == "__main__":
    from benchmarks.table import show

    sys.exit(not show(sys.modules[__name__]))
