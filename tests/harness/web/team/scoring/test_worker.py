"""Scoring, and what becomes of it when processes are killed and databases go away."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from harness.web.team.app import worker_config
from harness.web.team.scoring import worker as working
from harness.web.team.scoring.supervisor import WorkerSupervisor
from harness.web.team.scoring.worker import WorkerConfig, ScoringWorker, retry_while_db_down
from leaderboard.errors import StoreError
from leaderboard.storage import database
from leaderboard.storage.team_schema import submissions
from leaderboard.team.queue import MAX_ATTEMPTS
from tests.databases import Line, postgresql_server

SLOW = """
import sys, time
from pathlib import Path
from harness.web.team.scoring import worker

def forever(*_):
    Path(sys.argv[1]).touch()
    time.sleep(600)

worker.score_upload = forever
worker.main()
"""


def status(server):
    return [each.status for each in server.context.submissions.of()]


def entries(server):
    return server.app.state.site.store.entries()


def let_leases_run_out(server):
    with server.context.database.writing() as connection:
        connection.execute(update(submissions).values(lease=datetime.now(UTC) - timedelta(days=1)))


def until(check, seconds=60):
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


@pytest.fixture
def slow_worker(server, tmp_path):
    """Starts a worker that begins to score and does not end."""
    started = []

    def start():
        flag = tmp_path / f"begun {len(started)}"
        process = subprocess.Popen([sys.executable, "-c", SLOW, str(flag)], stdin=subprocess.PIPE, text=True)
        started.append(process)
        process.stdin.write(worker_config(server.app, server.url).to_line())
        process.stdin.flush()
        until(flag.exists)
        return process

    yield start
    for process in started:
        process.kill()
        process.stdin.close()
        process.wait()


def test_a_worker_that_is_killed_while_it_scores_leaves_the_job_to_the_next_and_it_is_entered_once(server, slow_worker):
    program = server.api_client("Alpha")
    server.submit(program, server.submission_file())
    process = slow_worker()
    assert status(server) == ["running"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert server.score_all() == 0  # it might still be alive
    let_leases_run_out(server)
    assert server.score_all() == 1
    assert status(server) == ["scored"]
    assert len(entries(server)) == 1
    assert server.score_all() == 0


def test_a_worker_ends_with_the_server_that_started_it(server, slow_worker):
    server.submit(server.api_client("Alpha"), server.submission_file())
    process = slow_worker()
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_file_that_kills_every_worker_is_given_up_and_the_next_is_scored(server, slow_worker):
    program = server.api_client("Alpha")
    server.submit(program, server.submission_file(0.5))
    for _ in range(MAX_ATTEMPTS):
        slow_worker().kill()
        let_leases_run_out(server)
    server.submit(program, server.submission_file(1.0))
    assert server.score_all() == 1
    assert status(server) == ["scored", "failed"]


def test_a_worker_that_dies_is_started_again(sqlite_server, monkeypatch):
    monkeypatch.setattr("harness.web.team.scoring.supervisor.RESTART_DELAY_S", 0.1)
    supervisor = WorkerSupervisor(worker_config(sqlite_server.app, sqlite_server.url))
    supervisor.start()
    try:
        until(lambda: supervisor.worker)
        first = supervisor.worker
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: supervisor.worker is not first)
        sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
        until(lambda: status(sqlite_server) == ["scored"])
    finally:
        supervisor.stop()
    assert supervisor.worker.poll() is not None


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError()])
def test_what_is_not_the_files_fault_fails_without_words_of_the_server_and_can_be_tried_again(
    sqlite_server, monkeypatch, error
):
    def fail(*_):
        raise error

    sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    monkeypatch.setattr(working, "score_upload", fail)
    sqlite_server.score_all()
    (failed,) = sqlite_server.context.submissions.of()
    assert failed.status == "failed"
    assert failed.report == (
        f"the server could not score it ({type(error).__name__}); an admin can have it tried again",
    )
    monkeypatch.undo()
    sqlite_server.context.queue.retry(failed.id)
    sqlite_server.score_all()
    assert status(sqlite_server) == ["scored"]


def test_a_submission_to_a_competition_that_is_gone_fails(sqlite_server):
    sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    told = worker_config(sqlite_server.app, sqlite_server.url)
    ScoringWorker(WorkerConfig(told.database, told.uploads, {}, told.max_unpacked_bytes)).score_next()
    assert status(sqlite_server) == ["failed"]


def test_orders_come_out_of_a_line_as_they_went_in(sqlite_server):
    import json

    told = worker_config(sqlite_server.app, sqlite_server.url)
    assert WorkerConfig(**json.loads(told.to_line())) == told
    assert told.to_line().count("\n") == 1


def test_a_write_is_tried_again_until_it_succeeds_or_patience_ends(monkeypatch):
    tried = []

    def write():
        tried.append(1)
        if len(tried) < 3:
            raise StoreError("away")

    retry_while_db_down(write, pause_s=0)
    assert len(tried) == 3
    monkeypatch.setattr(working, "RETRY_LIMIT_S", -1)
    tried.clear()
    with pytest.raises(StoreError):
        retry_while_db_down(write, pause_s=0)


@pytest.fixture
def line(tmp_path):
    """A line to the PostgreSQL server that can be cut."""
    opened = Line(postgresql_server())
    yield opened
    opened.end()


@pytest.fixture
def remote(make_server, line):
    """A server whose database is at the other end of the line."""
    from tests.databases import new_database

    with new_database("postgresql", None) as url:
        query = database.make_url(url).query
        yield make_server(database.make_url(line.url).update_query_dict(query).render_as_string(hide_password=False))
        line.mend()


def test_a_database_that_goes_away_is_told_and_everything_is_there_when_it_comes_back(remote, line, caplog):
    program, browser = remote.api_client("Alpha"), remote.browser_client("Alpha")
    first = remote.submit_and_score(program, remote.submission_file(0.5))
    before = browser.get("/submissions").text
    line.cut()
    for _ in range(2):
        away = browser.get("/submissions"), program.get("/api/v1/submissions"), remote.submit(program, remote.submission_file(1.0))
        assert [answer.status_code for answer in away] == [503] * 3
        assert all(answer.headers["retry-after"] == "60" for answer in away)
        assert all("cannot be used just now" in answer.text and "127.0.0.1" not in answer.text for answer in away)
        stranger = remote.anonymous_client({"Origin": "http://testserver"})
        assert stranger.post("/sign-in", data={"token": "landmark_" + "0" * 12 + "_" + "0" * 40}).status_code == 503
        assert stranger.get("/submissions").status_code == 303
    line.mend()
    assert browser.get("/submissions").text == before
    assert program.get("/api/v1/submissions").json() == [first]
    assert remote.submit_and_score(program, remote.submission_file(1.0))["status"] == "scored"


def test_a_database_that_goes_away_while_a_file_is_scored_gets_the_score_when_it_comes_back(remote, line, monkeypatch):
    score = working.score_upload

    def scored_meanwhile(*arguments):
        line.cut()
        threading.Timer(0.5, line.mend).start()
        return score(*arguments)

    remote.submit(remote.api_client("Alpha"), remote.submission_file())
    monkeypatch.setattr(working, "score_upload", scored_meanwhile)
    assert remote.score_all() == 1
    assert status(remote) == ["scored"]
    assert len(entries(remote)) == 1


def test_a_database_that_is_locked_is_told_to_who_writes_and_read_all_the_same(make_server, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE_S", 0.1)
    server = make_server(f"sqlite:///{tmp_path / 'locked.sqlite'}")
    program, browser = server.api_client("Alpha"), server.browser_client("Alpha")
    with server.context.database.writing():
        assert server.submit(program, server.submission_file()).status_code == 503
        assert browser.get("/submissions").status_code == 200
    assert server.submit_and_score(program, server.submission_file())["status"] == "scored"
    assert len(server.context.submissions.of()) == 1
