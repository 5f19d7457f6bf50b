"""Tests of `harness.web.team.scoring.worker`, `harness.web.team.scoring.supervisor`, `harness.web.team.scoring.limits` and
`harness.web.team.scoring.score_file`, also with killed workers, hostile files and unreachable databases."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from harness.errors import DataError
from harness.web.team.app import worker_config
from harness.web.team.scoring import worker as worker_module
from harness.web.team.scoring.supervisor import WorkerSupervisor, crash_of
from harness.web.team.scoring.worker import ScoringWorker, WorkerConfig, retry_while_db_down
from leaderboard.errors import StoreError
from leaderboard.storage import database
from leaderboard.storage.schema import submissions
from leaderboard.team.queue import MAX_ATTEMPTS
from tests.databases import TcpProxy, postgresql_server

STALLED_WORKER = """
import sys, time
from pathlib import Path
from harness.web.team.scoring import worker

def forever(*_):
    Path(sys.argv[1]).touch()
    time.sleep(600)

worker.score_upload = forever
worker.main()
"""


BUSY_WORKER = """
from harness.web.team.scoring import worker

def busy(*_):
    while True:
        pass

worker.score_upload, worker.cpu_seconds = busy, lambda _: 0.05
worker.main()
"""


def busy_worker(config):
    """Start a worker that scores without end, and may take 50 ms of processor time for it."""
    process = subprocess.Popen([sys.executable, "-c", BUSY_WORKER], stdin=subprocess.PIPE, text=True)
    process.stdin.write(config.to_line())
    process.stdin.flush()
    return process


def status(server):
    return [submission.status for submission in server.context.submissions.find_all()]


def entries(server):
    return server.app.state.site.store.entries()


def expire_leases(server):
    with server.context.database.write_transaction() as connection:
        connection.execute(update(submissions).values(lease=datetime.now(UTC) - timedelta(days=1)))


def wait_until(check, seconds=180):
    """Wait until a condition holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.05)


@pytest.fixture
def start_stalled_worker(server, tmp_path):
    """A function that starts a worker process whose scoring never finishes."""
    started = []

    def start():
        flag = tmp_path / f"begun {len(started)}"
        process = subprocess.Popen([sys.executable, "-c", STALLED_WORKER, str(flag)], stdin=subprocess.PIPE, text=True)
        started.append(process)
        process.stdin.write(worker_config(server.app, server.url).to_line())
        process.stdin.flush()
        wait_until(flag.exists)
        return process

    yield start
    for process in started:
        process.kill()
        process.stdin.close()
        process.wait()


def test_the_next_worker_scores_the_submission_of_a_killed_worker_once(server, start_stalled_worker):
    client = server.api_client("Alpha")
    server.submit(client, server.submission_file())
    process = start_stalled_worker()
    assert status(server) == ["running"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert server.score_all() == 0  # until the lease expires the worker may be alive
    expire_leases(server)
    assert server.score_all() == 1
    assert status(server) == ["scored"]
    assert len(entries(server)) == 1
    assert server.score_all() == 0


def test_a_worker_exits_when_its_server_exits(server, start_stalled_worker):
    server.submit(server.api_client("Alpha"), server.submission_file())
    process = start_stalled_worker()
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_submission_whose_worker_is_killed_from_outside_again_and_again_is_scored(server, start_stalled_worker):
    server.submit(server.api_client("Alpha"), server.submission_file(0.5))
    for _ in range(2):
        start_stalled_worker().kill()
        expire_leases(server)
    assert server.score_all() == 1
    assert status(server) == ["scored"]


def test_a_file_that_takes_too_much_processor_time_fails_and_the_next_is_scored(sqlite_server, monkeypatch):
    monkeypatch.setattr("harness.web.team.scoring.supervisor.RESTART_DELAY_S", 0.01)
    monkeypatch.setattr("harness.web.team.scoring.supervisor._start_worker", busy_worker)
    monkeypatch.setattr("leaderboard.team.queue.RETRY_DELAY", timedelta(0))
    client = sqlite_server.api_client("Alpha")
    sqlite_server.submit(client, sqlite_server.submission_file(0.5))
    supervisor = WorkerSupervisor(worker_config(sqlite_server.app, sqlite_server.url))
    supervisor.start()
    try:
        wait_until(lambda: status(sqlite_server) == ["failed"])
    finally:
        supervisor.stop()
    assert "too much processor time" in sqlite_server.context.submissions.find_all()[0].report[0]
    assert sqlite_server.submit_and_score(client, sqlite_server.submission_file())["status"] == "scored"


@pytest.mark.parametrize(
    ("code", "oom_killed", "blames"),
    [(-signal.SIGSEGV, False, True), (-signal.SIGKILL, True, True), (-signal.SIGKILL, False, False)]
    + [(-signal.SIGTERM, True, False), (1, True, False), (0, False, False), (-99, False, False)],
)
def test_only_some_exits_of_a_worker_blame_the_file(code, oom_killed, blames):
    assert (crash_of(code, oom_killed=oom_killed) is not None) == blames


def test_the_supervisor_restarts_a_killed_worker(sqlite_server, monkeypatch):
    monkeypatch.setattr("harness.web.team.scoring.supervisor.RESTART_DELAY_S", 0.1)
    supervisor = WorkerSupervisor(worker_config(sqlite_server.app, sqlite_server.url))
    supervisor.start()
    try:
        wait_until(lambda: supervisor.worker)
        first = supervisor.worker
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: supervisor.worker is not first)
        sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
        wait_until(lambda: status(sqlite_server) == ["scored"])
    finally:
        supervisor.stop()
    assert supervisor.worker.poll() is not None


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), DataError("truth.csv: is damaged")])
def test_a_server_error_delays_a_submission_without_details(sqlite_server, monkeypatch, error):
    def fail(*_):
        raise error

    sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    monkeypatch.setattr(worker_module, "score_upload", fail)
    sqlite_server.score_all()
    (waiting,) = sqlite_server.context.submissions.find_all()
    assert waiting.status == "queued"
    assert waiting.report == ("the server could not score the file yet; it will be scored again",)
    monkeypatch.undo()
    assert sqlite_server.score_all() == 0
    expire_leases(sqlite_server)
    sqlite_server.score_all()
    assert status(sqlite_server) == ["scored"]


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), ValueError("a bug")])
def test_a_file_that_raises_in_the_scorer_each_time_fails(sqlite_server, monkeypatch, error):
    def fail(*_):
        raise error

    sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    monkeypatch.setattr(worker_module, "score_upload", fail)
    for _ in range(MAX_ATTEMPTS):
        assert status(sqlite_server) == ["queued"]
        assert sqlite_server.score_all() == 1
        expire_leases(sqlite_server)
    (failed,) = sqlite_server.context.submissions.find_all()
    assert (failed.status, "a bug" in failed.report[0]) == ("failed", False)
    monkeypatch.undo()
    sqlite_server.context.queue.retry(failed.id)
    sqlite_server.score_all()
    assert status(sqlite_server) == ["scored"]


def test_a_lost_file_waits_until_the_team_submits_it_again(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    first = sqlite_server.submit(client, sqlite_server.submission_file()).json()
    sqlite_server.context.uploads.path(first["id"]).unlink()
    sqlite_server.score_all()
    (waiting,) = sqlite_server.context.submissions.find_all()
    assert waiting.report == ("the server has lost the file: submit it again; it will be scored again",)
    again = sqlite_server.submit(client, sqlite_server.submission_file()).json()
    assert again["id"] == first["id"]
    expire_leases(sqlite_server)
    sqlite_server.score_all()
    assert status(sqlite_server) == ["scored"]


def test_memory_beyond_the_limit_is_an_error_in_the_worker_alone():
    code = "from harness.web.team.scoring import limits as l; l.MEMORY_SHARE = 0; l.LEAST_MEMORY = 1 << 28; l.limit_memory()"
    fill = "print(len(bytes(1 << 20)))\ntry: bytes(1 << 29)\nexcept MemoryError: print('refused')"
    result = subprocess.run([sys.executable, "-c", f"{code}\n{fill}"], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["1048576", "refused"]


def test_a_submission_to_a_removed_competition_waits(sqlite_server):
    sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    config = worker_config(sqlite_server.app, sqlite_server.url)
    worker = ScoringWorker(WorkerConfig(config.database, config.uploads, {}, config.max_unpacked_bytes))
    assert not worker.score_next()
    assert status(sqlite_server) == ["queued"]


def test_the_configuration_survives_serialization(sqlite_server):
    import json

    config = worker_config(sqlite_server.app, sqlite_server.url)
    assert WorkerConfig(**json.loads(config.to_line())) == config
    assert config.to_line().count("\n") == 1


def test_a_write_is_retried_until_it_succeeds_or_the_limit_passes(monkeypatch):
    tried = []

    def write():
        tried.append(1)
        if len(tried) < 3:
            raise StoreError("away")

    retry_while_db_down(write, pause_s=0)
    assert len(tried) == 3
    monkeypatch.setattr(worker_module, "RETRY_LIMIT_S", -1)
    tried.clear()
    with pytest.raises(StoreError):
        retry_while_db_down(write, pause_s=0)


@pytest.fixture
def proxy(tmp_path):
    """A proxy to the PostgreSQL server that can be disconnected."""
    opened = TcpProxy(postgresql_server())
    yield opened
    opened.stop()


@pytest.fixture
def server_behind_proxy(make_server, proxy):
    """A team server whose database is behind the proxy."""
    from tests.databases import new_database

    with new_database("postgresql", None) as url:
        query = database.make_url(url).query
        yield make_server(database.make_url(proxy.url).update_query_dict(query).render_as_string(hide_password=False))
        proxy.restore()


def test_requests_return_503_while_the_database_is_unreachable_and_recover(server_behind_proxy, proxy, caplog):
    client, browser = server_behind_proxy.api_client("Alpha"), server_behind_proxy.browser_client("Alpha")
    first = server_behind_proxy.submit_and_score(client, server_behind_proxy.submission_file(0.5))
    before = browser.get("/submissions").text
    proxy.interrupt()
    for _ in range(2):
        away = (
            browser.get("/submissions"),
            client.get("/api/v1/submissions"),
            server_behind_proxy.submit(client, server_behind_proxy.submission_file(1.0)),
        )
        assert [answer.status_code for answer in away] == [503] * 3
        assert all(answer.headers["retry-after"] == "60" for answer in away)
        assert all("is unavailable" in answer.text and "127.0.0.1" not in answer.text for answer in away)
        anonymous = server_behind_proxy.anonymous_client({"Origin": "http://testserver"})
        assert anonymous.post("/sign-in", data={"token": "landmark_" + "0" * 12 + "_" + "0" * 40}).status_code == 503
        assert anonymous.get("/submissions").status_code == 303
    proxy.restore()
    assert browser.get("/submissions").text == before
    assert client.get("/api/v1/submissions").json() == [first]
    assert server_behind_proxy.submit_and_score(client, server_behind_proxy.submission_file(1.0))["status"] == "scored"


def test_a_score_is_stored_after_the_database_returns(server_behind_proxy, proxy, monkeypatch):
    score = worker_module.score_upload

    def scored_meanwhile(*arguments):
        proxy.interrupt()
        threading.Timer(0.5, proxy.restore).start()
        return score(*arguments)

    server_behind_proxy.submit(server_behind_proxy.api_client("Alpha"), server_behind_proxy.submission_file())
    monkeypatch.setattr(worker_module, "score_upload", scored_meanwhile)
    assert server_behind_proxy.score_all() == 1
    assert status(server_behind_proxy) == ["scored"]
    assert len(entries(server_behind_proxy)) == 1


def test_a_locked_database_rejects_writes_and_allows_reads(make_server, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.1)
    server = make_server(f"sqlite:///{tmp_path / 'locked.sqlite'}")
    client, browser = server.api_client("Alpha"), server.browser_client("Alpha")
    with server.context.database.write_transaction():
        assert server.submit(client, server.submission_file()).status_code == 503
        assert browser.get("/submissions").status_code == 200
    assert server.submit_and_score(client, server.submission_file())["status"] == "scored"
    assert len(server.context.submissions.find_all()) == 1
