"""Tests of `harness.web.start.routes`, `harness.web.start.run_form` and `harness.web.start.parameter_fields`."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from harness.data.competition import Competition
from harness.running.queue.command_queue import CommandQueue
from harness.running.queue.driver import QueueDriver
from harness.web.permissions import Permissions
from harness.workspace import Workspace

Browse = Callable[..., TestClient]
OWN = {"Origin": "http://testserver"}


class Team(Permissions):
    user_name = "ours"


@pytest.fixture
def key(competition_folder: Path, open_workspace: Workspace) -> str:
    return Competition.open(competition_folder, open_workspace.descriptors).key


@pytest.fixture
def client(browse: Browse, competition_folder: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A browser on this machine; the queue does not run."""
    monkeypatch.setattr(QueueDriver, "start", lambda _: None)
    client = browse(competition_folder)
    client._transport.client = ("127.0.0.1", 50000)
    return client


def error(text: str) -> str:
    found = re.search(r"data-error>([^<]*)", text)
    return html.unescape(found[1]) if found else ""


def test_the_form_has_a_field_for_each_type_of_parameter(client: TestClient) -> None:
    text = client.get("/start?solution=hash").text
    assert '<input type="checkbox" id="parameter-4" name="p.upright" value="True"' in text
    assert re.search(
        r'<select id="\S+" name="p.rotations".*<option value="1" selected>1</option><option value="2">', text
    )
    assert re.search(r'<input id="\S+" name="p.hash_size" value="8" maxlength="500" type="number" step="1"', text)
    assert re.search(r'<input id="\S+" name="p.kind" value="average" maxlength="500" type="text"', text)
    assert '<option value="dct">' in text


def test_the_command_has_what_is_not_the_default_and_the_fields_keep_their_values(
    client: TestClient, key: str, competition_folder: Path, open_workspace: Workspace
) -> None:
    values = {
        "solution": "hash",
        "competition": key,
        "of": "hash",
        "p.kind": "dct",
        "p.flips": "True",
        "p.hash_size": "8",
    }
    options = {"folds": "1", "seed": "3", "timeout": "60", "memory": "4GB"}
    text = html.unescape(client.get("/start", params={**values, **options}).text)
    place = f"--on {competition_folder} --workspace {open_workspace.folder}"
    command = f"landmark run \"hash(kind='dct', flips=True)\" {place} --folds --seed 3 --timeout 60 --memory-limit 4GB"
    assert command in text
    assert 'name="p.kind" value="dct"' in text
    assert 'name="memory" value="4GB"' in text
    assert client.get("/start/command", params={**values, **options}).json() == {"command": command, "error": ""}


def test_values_of_another_solution_are_dropped(client: TestClient, key: str) -> None:
    query = {"solution": "dft", "competition": key, "of": "hash", "p.kind": "dct"}
    assert client.get("/start/command", params=query).json()["command"].startswith("landmark run dft --on ")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"solution": "../../etc/passwd"}, "'../../etc/passwd' is no solution of this site"),
        ({"solution": "hash; rm -rf /"}, "is no solution of this site"),
        ({"solution": "my.py"}, "is no solution of this site"),
        ({"competition": "../x"}, "'../x' is no competition of this site"),
        ({"p.rotations": "3"}, "hash: rotations=3 is not allowed: choose one of 1, 2, 4"),
        ({"p.hash_size": "__import__('os')"}, "is not allowed: int is expected"),
        ({"p.hash_size": "2.5"}, "hash: hash_size=2.5 is not allowed: Input should be a valid integer"),
        ({"p.kind": "os:system"}, "files and functions are named on the command line only"),
        ({"p.hashes": "/etc/passwd"}, "files and functions are named on the command line only"),
        ({"p.kind": "x'); import os #"}, "hash"),
        ({"timeout": "nan"}, "--timeout: 'nan' is not a number of seconds from 0.1 on"),
        ({"seed": "-1"}, "--seed: '-1' is not a whole number from 0 on"),
        ({"memory": "4GB --on /"}, "is not a size; write 600MB or 4GB"),
        ({"folds": "1", "limit": "3"}, "--limit samples the test images"),
    ],
)
def test_a_wrong_value_is_one_line_in_the_form_and_nothing_is_queued(
    client: TestClient, key: str, open_workspace: Workspace, values: dict[str, str], message: str
) -> None:
    answer = client.post("/start", data={"solution": "hash", "competition": key, "of": "hash", **values}, headers=OWN)
    assert answer.status_code == 422
    assert message in error(answer.text)
    assert "\n" not in error(answer.text)
    assert CommandQueue(open_workspace).commands() == []


def test_a_command_is_queued_listed_and_removed(client: TestClient, key: str, open_workspace: Workspace) -> None:
    answer = client.post("/start", data={"solution": "dft", "competition": key}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/start#queue")
    (command,) = CommandQueue(open_workspace).commands()
    assert command.words[:3] == ("run", "dft", "--on")
    assert "landmark run dft" in client.get("/start/queue").text
    assert client.post("/start/stop", data={"id": command.id}, headers=OWN).status_code == 409
    assert client.post("/start/remove", data={"id": command.id}, headers=OWN).status_code == 303
    assert client.post("/start/remove", data={"id": "../../x"}, headers=OWN).status_code == 409
    assert CommandQueue(open_workspace).commands() == []


def test_what_waited_before_the_server_started_says_so(client: TestClient, open_workspace: Workspace) -> None:
    CommandQueue(open_workspace).add(["run", "hash"])
    assert "1 command has waited since before this server was started" in client.get("/start").text


def test_teams_other_sites_and_other_machines_start_nothing(
    browse: Browse, client: TestClient, key: str, open_workspace: Workspace
) -> None:
    form = {"solution": "dft", "competition": key}
    assert client.post("/start", data=form).status_code == 403
    assert client.post("/start", data=form, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/start", data=form, headers={**OWN, "X-Forwarded-For": "10.0.0.1"}).status_code == 403
    assert browse().post("/start", data=form, headers=OWN).status_code == 403
    team = browse(permissions_of=lambda _: Team())
    for path in ("/start", "/start/command", "/start/queue"):
        assert team.get(path).status_code == 404
    for path in ("/start", "/start/stop", "/start/remove"):
        assert team.post(path, data=form, headers=OWN).status_code == 404
    assert "/start" not in team.get("/").text
    assert CommandQueue(open_workspace).commands() == []
