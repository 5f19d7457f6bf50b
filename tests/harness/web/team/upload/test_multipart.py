"""Tests of `harness.web.team.upload.multipart`, `harness.web.team.upload.storage` and `harness.web.team.accept_upload`."""

import errno
import gzip
import os
import shutil
import socket
import threading
import time
import zipfile
from io import BytesIO
from types import SimpleNamespace

import pytest
import uvicorn

from harness.web.team.upload import storage
from harness.web.team.upload.storage import UploadFolder
from tests.factories.teams import form_token


def stored_files(server):
    """Return the names of the stored files."""
    return sorted(path.name for path in server.context.uploads.folder.iterdir())


def test_a_file_larger_than_the_limit_is_rejected(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    assert sqlite_server.submit(client, b"x" * 100_000).status_code == 201
    document = sqlite_server.submit(client, b"x" * 100_001)
    assert document.status_code == 413
    assert "at most 0.1 MB" in document.json()["error"]
    assert len(stored_files(sqlite_server)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"%PDF-1.7 ",
        b"<html><script>alert(1)</script>",
        b"\x80\x04cos\nsystem\n(S'touch /tmp/owned'\ntR.",
        b"PK\x03\x04 and no zip",
        b"\x1f\x8b and no gzip",
        gzip.compress(b"id,images\n" * 100, mtime=0)[:-9],
        b"\xff\xfei\x00d\x00",
        b"id,images\n" + b"\x00" * 1000,
        b"SQLite format 3\x00",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_file_that_is_not_a_table_is_rejected_with_a_reason(sqlite_server, content):
    document = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), content, file_name="x.csv")
    assert document["status"] == "rejected"
    assert document["report"]
    assert all(
        "x.csv" in document["report"][0] and str(sqlite_server.workspace.folder) not in connection
        for connection in document["report"]
    )


def make_zip(*members: tuple[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


BOMBS = {
    "gzip": gzip.compress(b"id,images\n" + bytes(50_000_000)),
    "zip": make_zip(("submission.csv", bytes(50_000_000))),
    "gzip in zip": make_zip(("a.csv.gz", gzip.compress(bytes(50_000_000)))),
    "many": make_zip(*((f"{number}.csv", b"id,images\n") for number in range(300))),
    "path": make_zip(("../../../evil.csv", b"id,images\n"), ("/etc/passwd", b"")),
}


@pytest.mark.parametrize("name", BOMBS)
def test_decompression_bombs_are_rejected(sqlite_server, name):
    assert len(BOMBS[name]) < 100_000
    document = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), BOMBS[name])
    assert document["status"] == "rejected"
    assert len(stored_files(sqlite_server)) == 1
    assert not list(sqlite_server.workspace.folder.rglob("evil.csv"))


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/passwd", "a\\..\\b.csv", "\u202egnp.csv", "<b>x</b>.csv", "x" * 900, "\x00", ""]
)
def test_the_name_of_a_file_does_not_affect_its_path(sqlite_server, name):
    document = sqlite_server.submit(
        sqlite_server.api_client("Alpha"), sqlite_server.submission_file(), file_name=name
    ).json()
    assert stored_files(sqlite_server) == [document["id"]]
    assert "/" not in document["file_name"]
    assert document["file_name"].isprintable()
    assert 0 < len(document["file_name"]) <= 200


@pytest.mark.parametrize("message", ["x" * 501, "\x1b[31m", "\u202e", "a\tb"])
def test_a_description_must_be_short_and_printable(sqlite_server, message):
    assert (
        sqlite_server.submit(
            sqlite_server.api_client("Alpha"), sqlite_server.submission_file(), message=message
        ).status_code
        == 422
    )
    assert stored_files(sqlite_server) == []


@pytest.fixture
def fail_writes(monkeypatch):
    """A function that makes writes to uploads fail as on a full disk, after a number of writes."""

    def failing(after):
        original = storage.PartialUpload.__init__

        def failing_init(self, *arguments):
            original(self, *arguments)
            self._file = FullDiskFile(self._file, after)

        monkeypatch.setattr(storage.PartialUpload, "__init__", failing_init)

    return failing


class FullDiskFile:
    def __init__(self, file, after):
        self._file, self._left = file, after

    def write(self, data):
        if self._left == 0:
            raise OSError(errno.ENOSPC, "No space stored_files on device")
        self._left -= 1
        return self._file.write(data)

    def flush(self):
        if self._left == 0:
            raise OSError(errno.ENOSPC, "No space stored_files on device")
        self._file.flush()

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("after", [0, 1])
def test_a_full_disk_returns_507_and_stores_nothing(sqlite_server, fail_writes, monkeypatch, after):
    client = sqlite_server.api_client("Alpha")
    with monkeypatch.context():
        fail_writes(after)
        document = sqlite_server.submit(client, sqlite_server.submission_file())
    assert document.status_code == 507
    assert "disk is full" in document.json()["error"]
    assert stored_files(sqlite_server) == []
    assert client.get("/api/v1/submissions").json() == []
    monkeypatch.undo()
    assert sqlite_server.submit_and_score(client, sqlite_server.submission_file())["status"] == "scored"


def test_an_upload_is_rejected_if_the_disk_cannot_hold_the_largest_file(sqlite_server, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=storage.RESERVED_BYTES))
    assert sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file()).status_code == 507
    assert stored_files(sqlite_server) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_real_full_disk_raises_507(tmp_path, monkeypatch):
    folder = tmp_path / "small"
    folder.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k tmpfs {folder} 2>/dev/null"):
        pytest.skip("cannot mount a small file system")
    try:
        monkeypatch.setattr(storage, "RESERVED_BYTES", -(10**9))
        file = UploadFolder(folder, 10**6).create()
        with pytest.raises(Exception, match="disk is full"):
            file.write(bytes(200_000))
            file.finish()
        file.discard()
        assert list(folder.iterdir()) == []
    finally:
        os.system(f"umount {folder}")


def test_files_without_a_submission_are_deleted_after_an_hour(tmp_path):
    uploads = UploadFolder(tmp_path / "uploads", 100)
    for name in ("a.part", "0" * 32, "1" * 32, "2" * 32):
        (uploads.folder / name).write_bytes(b"x")
    for name in ("a.part", "0" * 32, "1" * 32):
        os.utime(uploads.folder / name, (1, 1))
    uploads.delete_orphans({"1" * 32})
    assert sorted(path.name for path in uploads.folder.iterdir()) == ["1" * 32, "2" * 32]


@pytest.mark.parametrize("submission_id", ["", "..", "../x", "x" * 32, "0" * 31, "0" * 32 + "\n"])
def test_a_malformed_id_has_no_path(tmp_path, submission_id):
    with pytest.raises(KeyError):
        UploadFolder(tmp_path, 1).path(submission_id)


def submit_form(server, browser, content, *, token=None, **fields):
    data = {"form_token": form_token(browser) if token is None else token, "message": "", **fields}
    return browser.post(f"/submissions/to/{server.key}", data=data, files={"file": ("mine.csv", content)})


def test_a_browser_submits_a_file_by_the_form(server):
    browser = server.browser_client("Alpha")
    answer = submit_form(server, browser, server.submission_file(), message="from a form")
    assert answer.status_code == 303
    assert server.score_all() == 1
    page = browser.get(answer.headers["location"]).text
    assert "from a form" in page
    assert "1.00000" in page
    (submission,) = server.context.submissions.find_all()
    assert (server.context.uploads.folder / submission.id).read_bytes() == server.submission_file()


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_of_another_session_stores_nothing(sqlite_server, token):
    assert (
        submit_form(
            sqlite_server, sqlite_server.browser_client("Alpha"), sqlite_server.submission_file(), token=token
        ).status_code
        == 403
    )
    assert stored_files(sqlite_server) == []


def test_a_form_of_another_site_stores_nothing(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    token = form_token(browser)
    browser.headers["Origin"] = "https://evil.example"
    assert submit_form(sqlite_server, browser, sqlite_server.submission_file(), token=token).status_code == 403
    assert stored_files(sqlite_server) == []


def test_a_form_that_is_too_large_stores_nothing(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    assert submit_form(sqlite_server, browser, b"x" * 100_001).status_code == 413
    assert submit_form(sqlite_server, browser, b"x", message="x" * 5_000).status_code == 400
    assert submit_form(sqlite_server, browser, b"x", message="x\x01y").status_code == 422
    assert stored_files(sqlite_server) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
        ),
        ("multipart/form-data", b"x"),
        ("text/plain", b"x"),
        ("", b"x"),
    ],
)
def test_a_malformed_form_stores_nothing(sqlite_server, kind, body):
    browser = sqlite_server.browser_client("Alpha")
    answer = browser.post(f"/submissions/to/{sqlite_server.key}", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403)
    assert stored_files(sqlite_server) == []


@pytest.fixture
def live_address(sqlite_server):
    """The host and port of the server, running in a thread, for tests that break the connection."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(sqlite_server.app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield opened.getsockname()
        server.should_exit = True
        thread.join(10)


def begin_upload(address, token, key, *, declared, sent):
    """Send the first bytes of an upload; returns the open connection."""
    connection = socket.create_connection(address)
    head = (
        f"POST /api/v1/submissions?competition={key} HTTP/1.1\r\nHost: testserver\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {declared}\r\n\r\n"
    )
    connection.sendall(head.encode() + b"x" * sent)
    return connection


def wait_until(check):
    """Poll a condition for up to a minute; returns its last value."""
    until = time.monotonic() + 60
    while not check() and time.monotonic() < until:
        time.sleep(0.02)
    return check()


def test_a_chunked_upload_is_stopped_at_the_limit(sqlite_server, live_address):
    connection = socket.create_connection(live_address)
    head = f"POST /api/v1/submissions?competition={sqlite_server.key} HTTP/1.1\r\nHost: testserver\r\n"
    connection.sendall(
        f"{head}Authorization: Bearer {sqlite_server.token('Alpha')}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    chunk = f"{60_000:x}\r\n".encode() + b"x" * 60_000 + b"\r\n"
    connection.sendall(chunk * 2)
    connection.sendall(b"0\r\n\r\n")
    assert b" 413 " in read_response(connection)
    assert stored_files(sqlite_server) == []


def test_an_interrupted_upload_is_deleted(sqlite_server, live_address):
    connection = begin_upload(
        live_address, sqlite_server.token("Alpha"), sqlite_server.key, declared=90_000, sent=50_000
    )
    assert wait_until(lambda: any(name.endswith(".part") for name in stored_files(sqlite_server)))
    connection.close()
    assert wait_until(lambda: stored_files(sqlite_server) == [])
    assert sqlite_server.context.submissions.find_all() == []


def test_a_third_concurrent_upload_of_a_team_is_rejected(sqlite_server, live_address):
    token = sqlite_server.token("Alpha")
    connections = [begin_upload(live_address, token, sqlite_server.key, declared=90_000, sent=100) for _ in range(2)]
    assert wait_until(lambda: len(stored_files(sqlite_server)) == 2)
    third = begin_upload(live_address, token, sqlite_server.key, declared=90_000, sent=100)
    assert b" 429 " in third.recv(100)
    assert b" 201 " in read_response(
        begin_upload(live_address, sqlite_server.token("Beta"), sqlite_server.key, declared=5, sent=5)
    )
    for connection in (*connections, third):
        connection.close()
    assert wait_until(lambda: len(stored_files(sqlite_server)) == 1)
    assert b" 201 " in read_response(begin_upload(live_address, token, sqlite_server.key, declared=7, sent=7))


def test_a_stalled_upload_times_out(sqlite_server, live_address, monkeypatch):
    monkeypatch.setattr("harness.web.team.upload.multipart.READ_TIMEOUT_S", 0.3)
    connection = begin_upload(live_address, sqlite_server.token("Alpha"), sqlite_server.key, declared=90_000, sent=100)
    assert b" 400 " in read_response(connection)
    assert stored_files(sqlite_server) == []


def read_response(connection):
    """Return the first bytes of the response and close the connection."""
    with connection:
        connection.settimeout(60)
        return connection.recv(1_000)
