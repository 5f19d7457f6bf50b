"""Fakes for `landmark submit --send`: a local server instead of Kaggle's, and a package instead of `kaggle`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

KEY = "c0ffee5ec4e7"

FAKE = '''"""Act as the environment variable FAKE_KAGGLE names."""

import json
import os
import sys
import time


class Response:
    def __init__(self, status, text):
        self.status_code, self.text, self.reason = status, text, "Bad Request"

    def json(self):
        return json.loads(self.text)


class HTTPError(OSError):
    response = None


def raise_http_error(status, text):
    error = HTTPError("error")
    error.response = Response(status, text)
    raise error


class Message:
    def __init__(self, message):
        self.message = message


class Api:
    COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE = "Could not submit to competition"
    config_values = {"username": "ada", "key": os.environ.get("KAGGLE_KEY")}

    def authenticate(self):
        print("Authentication required")
        if "KAGGLE_KEY" not in os.environ:
            sys.exit(1)

    def competition_submit(self, file, message, competition, quiet=False):
        key = self.config_values["key"]
        actions = {
            "take": lambda: Message(f"Successfully submitted {open(file).read()!r} to {competition}: {message}"),
            "drop": lambda: Message(self.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE),
            "refuse": lambda: raise_http_error(400, json.dumps({"message": f"over the daily limit, {key}"})),
            "page": lambda: raise_http_error(400, "<html>400</html>"),
            "deny": lambda: raise_http_error(401, ""),
            "cut": lambda: (_ for _ in ()).throw(ConnectionError(f"/upload?id={key}")),
            "hang": lambda: time.sleep(60),
            "die": lambda: os._exit(3),
        }
        return actions[os.environ["FAKE_KAGGLE"]]()


api = Api()
'''


def write_fake_package(folder: Path) -> Path:
    """Write a package `kaggle` in the folder and return the folder."""
    (folder / "kaggle").mkdir(parents=True)
    (folder / "kaggle" / "__init__.py").write_text(FAKE, encoding="utf-8")
    return folder


class Handler(BaseHTTPRequestHandler):
    """Answers the three requests of a submission; the package reaches it as a proxy for http://localhost."""

    refusal: ClassVar[tuple[int, bytes] | None] = None
    requests: ClassVar[list[Any]] = []
    upload: ClassVar[bytes] = b""

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.rpartition("/")[2]
        type(self).requests.append((name, content, self.headers.get("Authorization", "")))
        if name == "StartSubmissionUpload":
            self.answer(200, json.dumps({"token": "blob", "createUrl": "http://localhost/upload"}).encode())
        elif self.refusal:
            self.answer(*self.refusal)
        else:
            self.answer(200, json.dumps({"message": "Successfully submitted to Landmarks", "ref": 7}).encode())

    def do_PUT(self) -> None:
        type(self).upload = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, b"{}")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def fake_kaggle_server(refusal: tuple[int, bytes] | None = None) -> Iterator[tuple[str, type[Handler]]]:
    """Yield the URL of a server that accepts or refuses a submission, and its handler, which records the requests."""
    handler = type("OneHandler", (Handler,), {"refusal": refusal, "requests": [], "upload": b""})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
