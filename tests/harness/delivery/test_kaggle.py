"""Tests of `harness.delivery.kaggle` and `harness.delivery.kaggle_process`."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.delivery import kaggle
from harness.errors import SubmissionError
from harness.installation import install_command
from tests.fakes.kaggle import KEY, fake_kaggle_server, write_fake_package


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    path = tmp_path / "my submission.csv"
    path.write_text("id,images\nq,a b\n", encoding="utf-8")
    return path


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Put the fake package on the path and set credentials."""
    folder = write_fake_package(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    monkeypatch.setenv("KAGGLE_KEY", KEY)
    return monkeypatch


def error_of(submission: Path, timeout_s: float = 30) -> str:
    with pytest.raises(SubmissionError) as raised:
        kaggle.send(submission, "landmarks", "first", timeout_s)
    message = str(raised.value)
    assert message.startswith(f"{submission}: is written, and was not sent: ")
    assert KEY not in message
    assert message.isprintable()
    return message


def test_the_message_of_kaggle_is_returned(submission: Path, fake: pytest.MonkeyPatch) -> None:
    fake.setenv("FAKE_KAGGLE", "take")
    message = kaggle.send(submission, "landmarks", "a 'first' try")
    assert message == "Successfully submitted 'id,images\\nq,a b\\n' to landmarks: a 'first' try"


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("refuse", "Kaggle answered 400: over the daily limit, …"),
        ("page", "Kaggle answered 400: Bad Request"),
        ("deny", "Kaggle answered 401: Bad Request; make a new token"),
        ("cut", "Kaggle cannot be reached (ConnectionError)"),
        ("drop", "the upload broke off; try again"),
        ("die", "the kaggle package ended with code 3"),
    ],
)
def test_a_refusal_gives_the_reason_and_no_credentials(
    submission: Path, fake: pytest.MonkeyPatch, does: str, reason: str
) -> None:
    fake.setenv("FAKE_KAGGLE", does)
    assert reason in error_of(submission)


def test_a_submission_times_out(submission: Path, fake: pytest.MonkeyPatch) -> None:
    fake.setenv("FAKE_KAGGLE", "hang")
    assert "Kaggle did not answer within 1.5 s" in error_of(submission, 1.5)


def test_without_credentials_the_error_says_where_to_put_them(submission: Path, fake: pytest.MonkeyPatch) -> None:
    fake.delenv("KAGGLE_KEY")
    assert "put it into ~/.kaggle/access_token or KAGGLE_API_TOKEN" in error_of(submission)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kaggle, "find_spec", lambda name: None)
    with pytest.raises(SubmissionError, match=re.escape(install_command("kaggle"))):
        kaggle.require_kaggle()


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Use the real package with credentials, against http://localhost."""
    if find_spec("kaggle") is None:
        pytest.skip(f"the kaggle package is not installed: {install_command('kaggle')}")
    for name in ("KAGGLE_API_TOKEN", "NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    facts = {"HOME": tmp_path, "KAGGLE_CONFIG_DIR": tmp_path, "KAGGLE_API_ENVIRONMENT": "LOCALHOST"}
    for name, value in (facts | {"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": KEY}).items():
        monkeypatch.setenv(name, str(value))
    return monkeypatch


def test_the_real_package_uploads_and_submits_the_file(submission: Path, real: pytest.MonkeyPatch) -> None:
    with fake_kaggle_server() as (address, handler):
        real.setenv("HTTP_PROXY", address)
        assert kaggle.send(submission, "landmarks", "-first 'try'") == "Successfully submitted to Landmarks"
    (start, started, signed), (create, created, _) = handler.requests
    assert (start, create) == ("StartSubmissionUpload", "CreateSubmission")
    assert handler.upload == submission.read_bytes()
    assert started["fileName"] == "my submission.csv"
    assert started["contentLength"] == len(handler.upload)
    assert signed.startswith("Basic ")
    assert created["competitionName"] == "landmarks"
    assert created["blobFileTokens"] == "blob"
    assert created["submissionDescription"] == "-first 'try'"


@pytest.mark.parametrize(
    ("status", "document", "reason"),
    [
        (400, {"code": 400, "message": "5 submissions were made today"}, "400: 5 submissions were made today"),
        (400, {"message": "the file has no column id"}, "400: the file has no column id"),
        (401, {"code": 401, "message": "Unauthenticated"}, "401: Unauthenticated; make a new token at"),
        (403, {"code": 403, "message": "Permission denied"}, "403: Permission denied; join the competition"),
    ],
)
def test_the_real_package_gives_the_reason_of_a_refusal(
    submission: Path, real: pytest.MonkeyPatch, status: int, document: dict[str, object], reason: str
) -> None:
    with fake_kaggle_server((status, json.dumps(document).encode())) as (address, _):
        real.setenv("HTTP_PROXY", address)
        assert f"Kaggle answered {reason}" in error_of(submission)


def test_the_real_package_without_credentials_sends_nothing(submission: Path, real: pytest.MonkeyPatch) -> None:
    real.delenv("KAGGLE_KEY")
    with fake_kaggle_server() as (address, handler):
        real.setenv("HTTP_PROXY", address)
        assert "there are no Kaggle credentials" in error_of(submission)
    assert not handler.requests


def test_an_unreachable_server_is_an_error(submission: Path, real: pytest.MonkeyPatch) -> None:
    with fake_kaggle_server() as (address, _):
        pass
    real.setenv("HTTP_PROXY", address)
    assert "Kaggle cannot be reached (ProxyError)" in error_of(submission)
