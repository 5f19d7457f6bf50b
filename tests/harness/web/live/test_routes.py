"""Tests of `harness.web.live.routes`, `harness.web.live.broadcast`, `harness.web.data.live_view` and
`harness.web.local_mode`: the runs in progress on the pages."""

import asyncio
import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from harness.running.live.files import is_stop_requested
from harness.web.live import broadcast
from harness.web.live.broadcast import SAME, Broadcast
from harness.web.live.routes import live_state
from harness.web.permissions import Permissions
from harness.workspace import Workspace
from tests.harness.running.live.test_files import COMMAND, RUN, publish

Browse = Callable[..., TestClient]
OWN = {"Origin": "http://testserver"}


class Team(Permissions):
    user_name = "ours"


@pytest.fixture
def local(browse: Browse) -> TestClient:
    """A browser on this machine."""
    client = browse()
    client._transport.client = ("127.0.0.1", 50000)
    return client


def test_the_home_page_shows_the_runs_in_progress_without_script(browse: Browse, open_workspace: Workspace) -> None:
    assert (
        'aria-labelledby="running-heading" data-events="/live/events" data-competition="" hidden'
        in browse().get("/").text
    )
    publish(open_workspace)
    text = browse().get("/").text
    assert "landmark run hash" in text
    assert '<progress max="1" value="0.4"' in text
    assert "ranking 3 of 8" in text
    assert "about 7 s left" in text
    assert "300 MB, peak 512 MB" in text
    assert "1 of 4 runs done · 2 waiting: <bdi>dft</bdi>" in text


def test_the_state_is_a_short_line_of_json(open_workspace: Workspace) -> None:
    assert live_state(open_workspace) == b""
    file = publish(open_workspace)
    ((name, competition, done, total, runs),) = json.loads(live_state(open_workspace))
    assert (name, competition, done, total) == (file.name, "small-1", 1, 4)
    assert [runs[0][0], runs[0][1], runs[0][2]] == [RUN.id, 0.4, "ranking 3 of 8"]
    assert len(live_state(open_workspace)) < 300


def test_the_section_of_a_board_has_only_the_runs_on_its_competition(browse: Browse, open_workspace: Workspace) -> None:
    publish(open_workspace)
    assert "ranking" in browse().get("/live/section?competition=small-1").text
    assert "ranking" not in browse().get("/live/section?competition=other").text


def test_a_team_sees_and_stops_nothing(browse: Browse, open_workspace: Workspace) -> None:
    file = publish(open_workspace)
    client = browse(permissions_of=lambda _: Team())
    client._transport.client = ("127.0.0.1", 50000)
    assert client.get("/live/events").status_code == 404
    assert client.get("/live/section").status_code == 404
    assert client.post("/live/stop", data={"command": file.name}, headers=OWN).status_code == 404
    assert "running" not in client.get("/").text


def test_a_run_is_stopped_by_a_form_of_a_page_on_this_machine(local: TestClient, open_workspace: Workspace) -> None:
    file = publish(open_workspace)
    form = {"command": file.name, "run": RUN.id}
    answer = local.post("/live/stop", data=form, headers={**OWN, "Referer": "http://testserver/c/x/retrieval/public"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/c/x/retrieval/public")
    assert is_stop_requested(file, RUN.id)


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({}, {}),
        ({"Origin": "http://evil.example"}, {}),
        ({**OWN, "X-Forwarded-For": "10.0.0.9"}, {}),
        (OWN, {"command": "../leaderboard.db"}),
        (OWN, {"run": "../../../../etc/passwd"}),
    ],
)
def test_other_sites_proxies_and_wrong_names_stop_nothing(
    local: TestClient, open_workspace: Workspace, headers: dict[str, str], form: dict[str, str]
) -> None:
    file = publish(open_workspace)
    answer = local.post("/live/stop", data={"command": file.name, "run": RUN.id, **form}, headers=headers)
    assert answer.status_code == (409 if form else 403)
    assert not is_stop_requested(file, RUN.id)


def test_another_machine_stops_nothing(browse: Browse, open_workspace: Workspace) -> None:
    form = {"command": publish(open_workspace).name, "run": COMMAND.runs[0].id}
    assert browse().post("/live/stop", data=form, headers=OWN).status_code == 403


def test_one_reader_serves_all_pages_and_ends_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "INTERVAL_S", 0.01)
    states = [b"[1]"] * 3 + [b"[2]"]
    reads = []

    def read() -> bytes:
        reads.append(1)
        return states[min(len(reads), len(states)) - 1]

    async def listen(stream: Broadcast) -> list[bytes]:
        received: list[bytes] = []
        async for event in stream.events():
            received.append(event)
            if b"[2]" in event:
                break
        return received

    async def listen_together() -> tuple[list[list[bytes]], int]:
        stream = Broadcast(read)
        received = await asyncio.gather(*(listen(stream) for _ in range(20)))
        await asyncio.sleep(0.05)
        return received, stream.streams

    received, left = asyncio.run(listen_together())
    assert all(each[-1] == b"data: [2]\n\n" and SAME in each and b"data: [1]\n\n" in each for each in received)
    assert left == 0
    assert len(reads) < 10


def test_streams_end_when_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "INTERVAL_S", 0.01)

    async def listen() -> list[bytes]:
        stream = Broadcast(lambda: b"[1]")
        return [event async for event in stream.events() if stream.close() is None]

    assert len(asyncio.run(listen())) <= 2
