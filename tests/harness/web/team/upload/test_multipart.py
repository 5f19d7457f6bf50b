"""UploadFolder that are too large, cut off, bombs or not what they say; a full disk; and what is left of each on it."""

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

from harness.web.team.upload import storage as incoming
from harness.web.team.upload.storage import UploadFolder


def left(server):
    """The names of files that are kept."""
    return sorted(path.name for path in server.context.uploads.folder.iterdir())


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    assert sqlite_server.submit(program, b"x" * 100_000).status_code == 201
    told = sqlite_server.submit(program, b"x" * 100_001)
    assert told.status_code == 413
    assert "at most 0.1 MB" in told.json()["error"]
    assert len(left(sqlite_server)) == 1


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
def test_what_is_no_table_is_rejected_in_words(sqlite_server, content):
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), content, file_name="x.csv")
    assert told["status"] == "rejected"
    assert told["report"]
    assert all("x.csv" in told["report"][0] and str(sqlite_server.workspace.folder) not in line for line in told["report"])


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


BOMBS = {
    "gzip": gzip.compress(b"id,images\n" + bytes(50_000_000)),
    "zip": zipped(("submission.csv", bytes(50_000_000))),
    "gzip in zip": zipped(("a.csv.gz", gzip.compress(bytes(50_000_000)))),
    "many": zipped(*((f"{number}.csv", b"id,images\n") for number in range(300))),
    "path": zipped(("../../../evil.csv", b"id,images\n"), ("/etc/passwd", b"")),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_rejected_before_they_go_off(sqlite_server, name):
    assert len(BOMBS[name]) < 100_000
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), BOMBS[name])
    assert told["status"] == "rejected"
    assert len(left(sqlite_server)) == 1
    assert not list(sqlite_server.workspace.folder.rglob("evil.csv"))


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/passwd", "a\\..\\b.csv", "\u202egnp.csv", "<b>x</b>.csv", "x" * 900, "\x00", ""]
)
def test_the_name_of_a_file_is_only_shown(sqlite_server, name):
    told = sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file(), file_name=name).json()
    assert left(sqlite_server) == [told["id"]]
    assert "/" not in told["file_name"]
    assert told["file_name"].isprintable()
    assert 0 < len(told["file_name"]) <= 200


@pytest.mark.parametrize("message", ["two\nlines", "x" * 201, "\x1b[31m", "\u202e"])
def test_a_message_is_one_line(sqlite_server, message):
    assert sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file(), message=message).status_code == 422
    assert left(sqlite_server) == []


@pytest.fixture
def write_fails(monkeypatch):
    """Lets every write to an upload fail as on a full disk, after so many."""

    def failing(after):
        begin = incoming.PartialUpload.__init__

        def spoilt(self, *arguments):
            begin(self, *arguments)
            self._file = Full(self._file, after)

        monkeypatch.setattr(incoming.PartialUpload, "__init__", spoilt)

    return failing


class Full:
    def __init__(self, file, after):
        self._file, self._left = file, after

    def write(self, data):
        if self._left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._left -= 1
        return self._file.write(data)

    def flush(self):
        if self._left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._file.flush()

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("after", [0, 1])
def test_a_disk_that_fills_is_told_and_keeps_nothing_of_the_file(sqlite_server, write_fails, monkeypatch, after):
    program = sqlite_server.api_client("Alpha")
    with monkeypatch.context():
        write_fails(after)
        told = sqlite_server.submit(program, sqlite_server.submission_file())
    assert told.status_code == 507
    assert "disk is full" in told.json()["error"]
    assert left(sqlite_server) == []
    assert program.get("/api/v1/submissions").json() == []
    monkeypatch.undo()
    assert sqlite_server.submit_and_score(program, sqlite_server.submission_file())["status"] == "scored"


def test_nothing_is_begun_where_the_disk_has_no_room_for_the_largest_file(sqlite_server, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=incoming.RESERVED_BYTES))
    assert sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file()).status_code == 507
    assert left(sqlite_server) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_disk_that_is_really_full_is_told(tmp_path, monkeypatch):
    folder = tmp_path / "small"
    folder.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k tmpfs {folder} 2>/dev/null"):
        pytest.skip("no disk can be made here")
    try:
        monkeypatch.setattr(incoming, "RESERVED_BYTES", -(10**9))
        file = UploadFolder(folder, 10**6).begin()
        with pytest.raises(Exception, match="disk is full"):
            file.write(bytes(200_000))
            file.end()
        file.drop()
        assert list(folder.iterdir()) == []
    finally:
        os.system(f"umount {folder}")


def test_what_a_killed_server_left_is_swept_up_after_an_hour(tmp_path):
    uploads = UploadFolder(tmp_path / "uploads", 100)
    for name in ("a.part", "0" * 32, "1" * 32, "2" * 32):
        (uploads.folder / name).write_bytes(b"x")
    for name in ("a.part", "0" * 32, "1" * 32):
        os.utime(uploads.folder / name, (1, 1))
    uploads.delete_orphans({"1" * 32})
    assert sorted(path.name for path in uploads.folder.iterdir()) == ["1" * 32, "2" * 32]


@pytest.mark.parametrize("submission_id", ["", "..", "../x", "x" * 32, "0" * 31, "0" * 32 + "\n"])
def test_no_path_is_made_of_what_is_no_id(tmp_path, submission_id):
    with pytest.raises(KeyError):
        UploadFolder(tmp_path, 1).path(submission_id)


def form_token(browser):
    return browser.get("/submissions").text.partition('name="form_token" value="')[2].partition('"')[0]


def handed_in(server, browser, content, *, token=None, **fields):
    data = {"form_token": form_token(browser) if token is None else token, "message": "", **fields}
    return browser.post(f"/submissions/to/{server.key}", data=data, files={"file": ("mine.csv", content)})


def test_a_browser_hands_a_file_in_by_a_form(server):
    browser = server.browser_client("Alpha")
    answer = handed_in(server, browser, server.submission_file(), message="from a form")
    assert answer.status_code == 303
    assert server.score_all() == 1
    page = browser.get(answer.headers["location"]).text
    assert "from a form" in page
    assert "1.00000" in page
    (made,) = server.context.submissions.of()
    assert (server.context.uploads.folder / made.id).read_bytes() == server.submission_file()


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_of_another_session_keeps_nothing(sqlite_server, token):
    assert handed_in(sqlite_server, sqlite_server.browser_client("Alpha"), sqlite_server.submission_file(), token=token).status_code == 403
    assert left(sqlite_server) == []


def test_a_form_of_another_site_keeps_nothing(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    token = form_token(browser)
    browser.headers["Origin"] = "https://evil.example"
    assert handed_in(sqlite_server, browser, sqlite_server.submission_file(), token=token).status_code == 403
    assert left(sqlite_server) == []


def test_a_form_with_too_much_is_refused_and_keeps_nothing(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    assert handed_in(sqlite_server, browser, b"x" * 100_001).status_code == 413
    assert handed_in(sqlite_server, browser, b"x", message="x" * 3_000).status_code == 400
    assert handed_in(sqlite_server, browser, b"x", message="x\ny").status_code == 422
    assert left(sqlite_server) == []


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
def test_a_form_that_is_none_is_refused_and_keeps_nothing(sqlite_server, kind, body):
    browser = sqlite_server.browser_client("Alpha")
    answer = browser.post(f"/submissions/to/{sqlite_server.key}", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403)
    assert left(sqlite_server) == []


@pytest.fixture
def open_socket(sqlite_server):
    """The server on a port of its own, for what has to be cut off."""
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


def begin_upload(address, token, key, *, promised, sent):
    """A line on which part of an upload was sent."""
    line = socket.create_connection(address)
    head = (
        f"POST /api/v1/submissions?competition={key} HTTP/1.1\r\nHost: testserver\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {promised}\r\n\r\n"
    )
    line.sendall(head.encode() + b"x" * sent)
    return line


def settled(check):
    """Whether something comes true within a few seconds."""
    until = time.monotonic() + 10
    while not check() and time.monotonic() < until:
        time.sleep(0.02)
    return check()


def test_a_file_that_does_not_tell_its_size_is_stopped_at_the_limit(sqlite_server, open_socket):
    line = socket.create_connection(open_socket)
    head = f"POST /api/v1/submissions?competition={sqlite_server.key} HTTP/1.1\r\nHost: testserver\r\n"
    line.sendall(f"{head}Authorization: Bearer {sqlite_server.token('Alpha')}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    chunk = f"{60_000:x}\r\n".encode() + b"x" * 60_000 + b"\r\n"
    line.sendall(chunk * 2)
    line.sendall(b"0\r\n\r\n")
    assert b" 413 " in whole(line)
    assert left(sqlite_server) == []


def test_an_upload_that_is_cut_off_leaves_nothing(sqlite_server, open_socket):
    line = begin_upload(open_socket, sqlite_server.token("Alpha"), sqlite_server.key, promised=90_000, sent=50_000)
    assert settled(lambda: any(name.endswith(".part") for name in left(sqlite_server)))
    line.close()
    assert settled(lambda: left(sqlite_server) == [])
    assert sqlite_server.context.submissions.of() == []


def test_a_team_has_two_uploads_at_once_and_the_third_waits_its_turn(sqlite_server, open_socket):
    token = sqlite_server.token("Alpha")
    lines = [begin_upload(open_socket, token, sqlite_server.key, promised=90_000, sent=100) for _ in range(2)]
    assert settled(lambda: len(left(sqlite_server)) == 2)
    third = begin_upload(open_socket, token, sqlite_server.key, promised=90_000, sent=100)
    assert b" 429 " in third.recv(100)
    assert b" 201 " in whole(begin_upload(open_socket, sqlite_server.token("Beta"), sqlite_server.key, promised=5, sent=5))
    for line in (*lines, third):
        line.close()
    assert settled(lambda: len(left(sqlite_server)) == 1)
    assert b" 201 " in whole(begin_upload(open_socket, token, sqlite_server.key, promised=7, sent=7))


def test_a_line_that_goes_silent_is_given_up(sqlite_server, open_socket, monkeypatch):
    monkeypatch.setattr("harness.web.team.upload.multipart.READ_TIMEOUT_S", 0.3)
    line = begin_upload(open_socket, sqlite_server.token("Alpha"), sqlite_server.key, promised=90_000, sent=100)
    assert b" 400 " in whole(line)
    assert left(sqlite_server) == []


def whole(line):
    """What the server says, and the end of the line."""
    with line:
        line.settimeout(10)
        return line.recv(1_000)
