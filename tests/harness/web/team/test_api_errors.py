"""Tests of `harness.web.team.api_errors`: the OpenAPI description names every answer of the API, by schemathesis."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from harness.web.team.context import UploadLimits
from leaderboard.errors import StoreError

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES = 6  # of each operation, as valid and as invalid requests
OPERATIONS = [
    ("get", "/me"),
    ("get", "/competitions"),
    ("get", "/boards/{task}"),
    ("get", "/results/{task}"),
    ("get", "/entries"),
    ("get", "/submissions"),
    ("post", "/submissions"),
    ("get", "/submissions/{submission_id}"),
    ("get", "/submissions/{submission_id}/file"),
    ("put", "/finals"),
]


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch):
    """Refuse wrong tokens without a delay."""
    monkeypatch.setattr("harness.web.team.slow_down.MAX_DELAY_S", 0.0)


@pytest.fixture
def describe(sqlite_server):
    """A function that returns the described operation of a method and a path."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", sqlite_server.app, headers={"Host": "testserver"})
    return lambda method, path: schema[f"/api/v1{path}"][method.upper()]


def without(*names):
    """Return checks that do not apply here: unknown parameters are ignored, and `test_access` tests authentication."""
    return [schemathesis.checks.CHECKS.get_one(name) for name in names]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_to_arbitrary_requests_is_described(sqlite_server, describe, method, path):
    operation, headers = describe(method, path), {"Authorization": f"Bearer {sqlite_server.token('Alpha')}"}
    sqlite_server.submit(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    excluded = without("ignored_auth", "negative_data_rejection", "positive_data_acceptance")

    for mode in schemathesis.GenerationMode:  # valid and invalid requests

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def request(case):
            if "competition" in (case.query or {}) and len(str(case.query["competition"])) % 2:
                case.query["competition"] = sqlite_server.key
            case.call_and_validate(base_url="http://testserver", headers=headers, excluded_checks=excluded)

        request()


@pytest.fixture
def small_server(make_server, tmp_path):
    """A team server that accepts files of 100 bytes."""
    return make_server(f"sqlite:///{tmp_path / 'small.sqlite'}", UploadLimits(100, 200), "small")


def fail(error):
    def raise_error(*_, **__):
        raise error

    return raise_error


def test_every_kind_of_error_is_described_and_has_one_line(small_server, describe, monkeypatch):
    alpha, admin, nobody = (*map(small_server.api_client, ("Alpha", None)), small_server.anonymous_client())
    query = {"competition": small_server.key}
    answers = {
        401: (nobody.get("/api/v1/me"), "get", "/me"),
        403: (small_server.submit(admin, b"x"), "post", "/submissions"),
        404: (alpha.get("/api/v1/entries", params={"competition": "x"}), "get", "/entries"),
        409: (alpha.get("/api/v1/results/retrieval", params=query), "get", "/results/{task}"),
        413: (small_server.submit(alpha, b"x" * 200), "post", "/submissions"),
        422: (alpha.get("/api/v1/boards/nothing", params=query), "get", "/boards/{task}"),
        400: (alpha.get("/api/v1/me", headers={"Host": "evil.example"}), "get", "/me"),
    }
    small_server.context.rules.set(small_server.key, deadline=datetime.now(UTC))
    answers[409, "closed"] = (small_server.submit(alpha, b"x"), "post", "/submissions")
    small_server.context.rules.set(small_server.key, deadline=None, daily_limit=1)
    for content in (b"id,landmarks\n", b"id,images\n"):
        small_server.submit(alpha, content)
    answers[429] = (small_server.submit(alpha, b"id,images\n\n"), "post", "/submissions")
    small_server.context.rules.set(small_server.key, daily_limit=100)
    monkeypatch.setattr("harness.web.team.upload.storage.RESERVED_BYTES", 1 << 60)
    answers[507] = (small_server.submit(alpha, b"id,images\n\n\n"), "post", "/submissions")
    for code, error in ((500, ValueError("a bug")), (503, StoreError("away"))):
        monkeypatch.setattr(small_server.context.submissions, "find_all", fail(error))
        answers[code] = (alpha.get("/api/v1/submissions"), "get", "/submissions")
    for code, (answer, method, path) in answers.items():
        assert answer.status_code == (code[0] if isinstance(code, tuple) else code), path
        describe(method, path).validate_response(answer)
        if answer.headers["content-type"] == "application/json":
            assert list(answer.json()) == ["error"]
            assert answer.json()["error"].isprintable()


@pytest.mark.parametrize(
    ("method", "path", "code"), [("DELETE", "/me", 405), ("TRACE", "/me", 405), ("GET", "/x", 404)]
)
def test_other_methods_and_addresses_are_errors_of_the_same_form(sqlite_server, method, path, code):
    answer = sqlite_server.api_client("Alpha").request(method, f"/api/v1{path}")
    assert (answer.status_code, list(answer.json())) == (code, ["error"])
