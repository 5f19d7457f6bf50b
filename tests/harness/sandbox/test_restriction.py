"""Tests of `harness.sandbox`: no way to hidden files, to files of others and to other processes, and useful work goes on.

Subjects: `harness.sandbox.audit_hook`, `harness.sandbox.capabilities`, `harness.sandbox.devices`,
`harness.sandbox.landlock`, `harness.sandbox.mounts`, `harness.sandbox.restriction` and
`harness.sandbox.syscall_filter`. `hostile_actions` has what is tried, all of it in one process.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from harness.running.outcome import RunJob
from harness.running.run_policy import run_policy
from harness.sandbox.landlock import landlock_version
from harness.workspace import Workspace
from tests.harness.sandbox.hostile_actions import Targets

SECRET = "3fa85f64-the-truth"
ROOT = Path(__file__).parents[3]
needs_landlock = pytest.mark.skipif(landlock_version() < 6, reason="the kernel lacks Landlock 6")
MOUNTS = ", read-only mounts"  # without them the kernel does not guard these
METADATA = {"change_the_permissions", "change_the_owner", "change_the_times", "add_an_attribute"}
SERVICES = {"ask_a_service_by_its_socket_file"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place")
    files = ("comp/retrieval_solution.csv", "comp/train.csv", "ws/folds/comp.csv", "ws/runs/comp/other/submission.csv")
    files += ("home/.pgpass", "home/.bashrc", "lib/__pycache__/code.pyc", "ws/descriptors/rows.npy", "comp/q.jpg")
    for name in files:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"#!/bin/cat\nid,{SECRET}\n")
        (place / name).chmod(0o755)
    with sqlite3.connect(place / "ws/leaderboard.db") as connection:
        connection.execute("create table scores (score)")
        connection.execute("insert into scores values (?)", (SECRET,))
    connection.close()
    return place


def contents(place: Path) -> dict[str, bytes]:
    """Return the contents of all files and folders but the folder that may be written."""
    paths = sorted(path for path in place.rglob("*") if "own" not in path.parts)
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in paths}


def serve(listener: socket.socket) -> None:
    with listener:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(SECRET.encode())


@pytest.fixture(scope="module")
def services(place: Path) -> Iterator[tuple[int, str]]:
    """Yield the port of a service that gives the truth away, and its socket's path, which names an abstract one too."""
    path = str(place / "service.socket")
    tcp, named, abstract = (
        socket.create_server(("127.0.0.1", 0)),
        socket.socket(socket.AF_UNIX),
        socket.socket(socket.AF_UNIX),
    )
    for listener, address in ((named, path), (abstract, f"\0{path}")):
        listener.bind(address)
        listener.listen()
    listeners = (tcp, named, abstract)
    for listener in listeners:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
    yield tcp.getsockname()[1], path
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)


Results = Mapping[str, Mapping[str, str]]


def act(place: Path, services: tuple[int, str], sibling: int, kind: str) -> Results:
    """Return what each hostile action returned or raised, by kind and name."""
    own, home = place / "ws/runs/comp/own", place / "home"
    own.mkdir(exist_ok=True)
    job = RunJob(str(place / "comp"), str(place / "ws"), "hash", "retrieval", None, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        policy = run_policy(job, own, "auto")
    targets = Targets(
        truth=str(place / "comp/retrieval_solution.csv"),
        database=str(Workspace(place / "ws").database),
        folds=str(place / "ws/folds/comp.csv"),
        other_run=str(place / "ws/runs/comp/other"),
        descriptors=str(place / "ws/descriptors/rows.npy"),
        installation=str(place / "lib"),
        own=str(own),
        home=str(home),
        parent=os.getpid(),
        sibling=sibling,
        port=services[0],
        service=services[1],
        policy=(replace(policy, hidden=()) if kind == "reads" else policy).to_json(),
    )
    request = own / "targets.json"
    request.write_text(json.dumps(asdict(targets)))
    command = [sys.executable, "-P", "-m", "tests.harness.sandbox.hostile_actions", str(request), kind]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(own)}
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(own)
    results: Results = json.loads(done.stdout)
    return results


@pytest.fixture
def sibling() -> Iterator[int]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process.pid
        process.kill()


@needs_landlock
@pytest.mark.parametrize("kind", ["all", "landlock"])
def test_no_action_reads_or_writes_what_is_not_allowed_or_ends_a_sibling(
    place: Path, services: tuple[int, str], sibling: int, kind: str
) -> None:
    before = contents(place)
    results = act(place, services, sibling, kind)
    assert str(results["sandbox"]).startswith("landlock ")
    unguarded = set() if str(results["sandbox"]).endswith(MOUNTS) else METADATA | SERVICES
    for name, result in results["reads"].items():
        assert name in unguarded or SECRET not in result, name
        assert name in unguarded or result.startswith("raised ") or result in ("returned b''", "returned []"), (
            name,
            result,
        )
    for name, result in results["writes"].items():
        assert name in unguarded or result.startswith("raised ") or result == "returned False", (name, result)
    for name, result in results["signals"].items():
        assert name in ("signal_by_input", "signal_by_a_child") or "PermissionError" in result, (name, result)
    assert contents(place) == before
    os.kill(sibling, 0)
    assert Path(f"/proc/{sibling}/stat").read_text().split()[2] != "Z"


@needs_landlock
def test_most_actions_read_a_file_that_is_not_hidden(place: Path, services: tuple[int, str], sibling: int) -> None:
    results = act(place, services, sibling, "reads")
    failed = {name for name, result in results["reads"].items() if SECRET not in result}
    assert len(results["reads"]) > len(failed) + 10
    assert failed <= {"read_by_its_handle"}
