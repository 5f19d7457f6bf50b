"""The team server under load: 50 clients browse while 5 teams upload submissions of 203 MB each, which are scored."""

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
from benchmarks.table import Row
from harness.data.competition import Competition

N_CLIENTS, TEAMS, PAUSE_S, MOST_S = 50, 5, (1.0, 3.0), 240.0


def rows() -> Iterator[Row]:
    """Yield errors and latencies of pages, the time of the uploads, and the time until all are scored."""
    with TemporaryDirectory() as name:
        folder, workspace = Path(name) / "competition", Path(name) / "workspace"
        folder.mkdir()
        write_competition(folder)
        tokens = [_landmark(workspace, "team", "add", f"Team {number}") for number in range(TEAMS + 1)]
        with _server(folder, workspace) as port:
            yield from _load_rows(port, folder, workspace, tokens)


def _load_rows(port: int, folder: Path, workspace: Path, tokens: list[str]) -> Iterator[Row]:
    key = Competition.open(folder, workspace / "descriptors").key
    cookie, stop = _sign_in(port, tokens[-1]), Event()
    pages = ["/", "/submissions", f"/c/{key}/retrieval/public"]
    with ThreadPoolExecutor(N_CLIENTS + TEAMS) as pool:
        browsing = [pool.submit(_browse, port, cookie, pages, number, stop) for number in range(N_CLIENTS)]
        start = time.monotonic()
        sent = [
            pool.submit(_push, port, token, folder / "sub.csv", number) for number, token in enumerate(tokens[:TEAMS])
        ]
        received = [future.result() for future in sent]
        upload_s = time.monotonic() - start
        while time.monotonic() - start < MOST_S and not _all_scored(port, tokens[:TEAMS]):
            time.sleep(1)
        scoring_s = time.monotonic() - start
        stop.set()
        yield from _result_rows(browsing, received, upload_s, scoring_s)


def _result_rows(
    browsing: list[Future[list[tuple[int, float]]]], received: list[int], upload_s: float, scoring_s: float
) -> Iterator[Row]:
    pages = [page for client in browsing for page in client.result()]
    errors = sum(status != 200 for status, _ in pages)
    p50, p95, slowest = np.percentile([seconds for _, seconds in pages], [50, 95, 100])
    yield f"{N_CLIENTS} clients, {len(pages)} pages: errors", str(errors), "0", errors == 0
    yield "pages: p95", f"{p95:.3f} s", "≤ 1 s", p95 <= 1
    yield "pages: median, slowest", f"{p50:.3f} s, {slowest:.3f} s", "-", True
    yield (
        f"{TEAMS} uploads of 203 MB at once: accepted",
        f"{received.count(201)} in {upload_s:.1f} s",
        "all",
        received == [201] * TEAMS,
    )
    yield "all of them scored after", f"{scoring_s:.1f} s", f"≤ {MOST_S:g} s", scoring_s < MOST_S


@contextmanager
def _server(folder: Path, workspace: Path) -> Iterator[int]:
    command = [LANDMARK, "serve", "--teams", "--on", str(folder), "--workspace", str(workspace), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = re.search(r":(\d+)/", server.stdout.readline())
        assert port is not None
        yield int(port[1])
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _landmark(workspace: Path, *words: str) -> str:
    return subprocess.run(
        [LANDMARK, *words, "--workspace", str(workspace)], capture_output=True, text=True, check=True
    ).stdout.strip()


def _request(
    port: int, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=MOST_S)
    try:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, fields)  # type: ignore[arg-type]
        response = connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()


def _sign_in(port: int, token: str) -> str:
    origin = f"http://127.0.0.1:{port}"
    kind = "application/x-www-form-urlencoded"
    _, _, headers = _request(port, "POST", "/sign-in", urlencode({"token": token}), Origin=origin, Content_Type=kind)
    return headers["set-cookie"].partition(";")[0]


def _browse(port: int, cookie: str, pages: list[str], seed: int, stop: Event) -> list[tuple[int, float]]:
    """Open random pages with pauses until `stop` is set; return status and seconds of each page."""
    rng, results = random.Random(seed), []
    while not stop.wait(rng.uniform(*PAUSE_S)):
        start = time.perf_counter()
        page = rng.choice(pages)
        status, _, _ = _request(port, "GET", page, Cookie=cookie)
        if status == 404 and page.startswith("/c/"):
            status = 200  # there is no board before the first score
        results.append((status, time.perf_counter() - start))
    return results


def _push(port: int, token: str, file: Path, number: int) -> int:
    """Upload a file and return the HTTP status; `number` empty lines at its end make each upload different."""
    size = file.stat().st_size + number
    query = urlencode({"competition": file.parent.name, "file_name": file.name})
    headers = {"Authorization": f"Bearer {token}", "Content_Length": str(size)}
    return _request(port, "POST", f"/api/v1/submissions?{query}", _content(file, number), **headers)[0]


def _content(file: Path, number: int) -> Iterator[bytes]:
    with file.open("rb") as source:
        while block := source.read(1 << 18):
            yield block
    yield b"\n" * number


def _all_scored(port: int, tokens: list[str]) -> bool:
    answers = [_request(port, "GET", "/api/v1/submissions", Authorization=f"Bearer {token}")[1] for token in tokens]
    return all(b'"status":"scored"' in answer for answer in answers)


if __name__ == "__main__":
    from benchmarks.table import show

    sys.exit(not show(sys.modules[__name__]))
