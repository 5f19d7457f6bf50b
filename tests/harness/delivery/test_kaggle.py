import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.delivery import kaggle as sending
from harness.errors import SubmissionError
from tests.fakes.kaggle import KEY, stand_in, write_fake_package


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    path = tmp_path / "my submission.csv"
    path.write_text("id,images\nq,a b\n", encoding="utf-8")
    return path


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The fake package is the one that is found, and there are credentials."""
    folder = write_fake_package(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    monkeypatch.setenv("KAGGLE_KEY", KEY)
    return monkeypatch


def refusal(submission: Path, timeout_s: float = 30) -> str:
    with pytest.raises(SubmissionError) as raised:
        sending.send(submission, "landmarks", "first", timeout_s)
    said = str(raised.value)
    assert said.startswith(f"{submission}: is written, and was not sent: ")
    assert KEY not in said
    assert said.isprintable()
    return said


def test_what_the_site_says_is_given_back(submission: Path, fake: pytest.MonkeyPatch) -> None:
    fake.setenv("FAKE_KAGGLE", "take")
    said = sending.send(submission, "landmarks", "a 'first' try")
    assert said == "Successfully submitted 'id,images\\nq,a b\\n' to landmarks: a 'first' try"


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
    assert reason in refusal(submission)


def test_waiting_has_an_end(submission: Path, fake: pytest.MonkeyPatch) -> None:
    fake.setenv("FAKE_KAGGLE", "hang")
    assert "Kaggle did not answer within 1.5 s" in refusal(submission, 1.5)


def test_without_credentials_it_is_said_where_they_go(submission: Path, fake: pytest.MonkeyPatch) -> None:
    fake.delenv("KAGGLE_KEY")
    assert "put it into ~/.kaggle/access_token or KAGGLE_API_TOKEN" in refusal(submission)


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "find_spec", lambda name: None)
    with pytest.raises(SubmissionError, match=r"pip install 'landmark\[kaggle\]'"):
        sending.require_kaggle()


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The package itself, with credentials, sends its requests to http://localhost."""
    if find_spec("kaggle") is None:
        pytest.skip("the kaggle package is not installed: pip install 'landmark[kaggle]'")
    for name in ("KAGGLE_API_TOKEN", "NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    facts = {"HOME": tmp_path, "KAGGLE_CONFIG_DIR": tmp_path, "KAGGLE_API_ENVIRONMENT": "LOCALHOST"}
    for name, value in (facts | {"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": KEY}).items():
        monkeypatch.setenv(name, str(value))
    return monkeypatch


def test_the_package_uploads_the_file_and_submits_it(submission: Path, real: pytest.MonkeyPatch) -> None:
    with stand_in() as (address, handler):
        real.setenv("HTTP_PROXY", address)
        assert sending.send(submission, "landmarks", "-first 'try'") == "Successfully submitted to Landmarks"
    (start, started, signed), (create, created, _) = handler.seen
    assert (start, create) == ("StartSubmissionUpload", "CreateSubmission")
    assert handler.uploaded == submission.read_bytes()
    assert started["fileName"] == "my submission.csv"
    assert started["contentLength"] == len(handler.uploaded)
    assert signed.startswith("Basic ")
    assert created["competitionName"] == "landmarks"
    assert created["blobFileTokens"] == "blob"
    assert created["submissionDescription"] == "-first 'try'"


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (400, {"code": 400, "message": "5 submissions were made today"}, "400: 5 submissions were made today"),
        (400, {"message": "the file has no column id"}, "400: the file has no column id"),
        (401, {"code": 401, "message": "Unauthenticated"}, "401: Unauthenticated; make a new token at"),
        (403, {"code": 403, "message": "Permission denied"}, "403: Permission denied; join the competition"),
    ],
)
def test_the_package_passes_on_why_a_file_was_refused(
    submission: Path, real: pytest.MonkeyPatch, status: int, said: dict[str, object], reason: str
) -> None:
    with stand_in((status, json.dumps(said).encode())) as (address, _):
        real.setenv("HTTP_PROXY", address)
        assert f"Kaggle answered {reason}" in refusal(submission)


def test_the_package_without_credentials_sends_nothing(submission: Path, real: pytest.MonkeyPatch) -> None:
    real.delenv("KAGGLE_KEY")
    with stand_in() as (address, handler):
        real.setenv("HTTP_PROXY", address)
        assert "there are no Kaggle credentials" in refusal(submission)
    assert not handler.seen


def test_a_site_that_cannot_be_reached_is_said_to_be_so(submission: Path, real: pytest.MonkeyPatch) -> None:
    with stand_in() as (address, _):
        pass
    real.setenv("HTTP_PROXY", address)
    assert "Kaggle cannot be reached (ProxyError)" in refusal(submission)
