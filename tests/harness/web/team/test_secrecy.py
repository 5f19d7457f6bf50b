"""Tests that no page or API response of `harness.web.team` leaks another team's data, or private scores before the
deadline. Tests of `harness.web.team.permissions` and `harness.web.team.visible_scores`.
"""

import re
from itertools import product

import pytest
from fastapi.routing import iter_route_contexts

from tests.factories.teams import form_token

SECRETS = {"message": "canary in the message", "file_name": "canary-name.csv"}


@pytest.fixture
def submissions(server):
    """The server, the submission of team Alpha, and the submissions of team Beta to both tasks."""
    alpha, beta = server.api_client("Alpha"), server.api_client("Beta")
    own_submission = server.submit_and_score(alpha, server.submission_file(0.35))
    other = [
        server.submit_and_score(beta, server.submission_file(share, task), **SECRETS)
        for share, task in product((0.6, 0.85), ("retrieval", "recognition"))
    ]
    return server, own_submission, other


def secret_scores(server, *, of=None):
    """Return the scores that are secret before the deadline: private scores and scores of all queries."""
    entries = server.app.state.site.store.entries()
    public = {score for entry in entries for score in entry.scores["public"].values() if score is not None}
    secret = {
        score
        for entry in entries
        for part in ("private", "all")
        for score in entry.scores[part].values()
        if of in (None, entry.solution) and score is not None
    }
    return {score for score in secret - public if len(repr(score)) > 6}  # shorter ones occur by chance


def paths_of_get_routes(server, others):
    """Yield the path of each GET route with all existing keys, ids and numbers, and two unknown ones."""
    entries = server.app.state.site.store.entries()
    values = {
        "competition": [server.key],
        "task": ["retrieval", "recognition"],
        "tab": ["public", "private", "all"],
        "part": ["test", "index"],
        "submission_id": [submission["id"] for submission in others],
        "number": [entry.id for entry in entries],
        "query_id": server.app.state.site.store.query_ids(entries[0].id)[:1],
        "image_id": server.app.state.site.store.query_ids(entries[0].id)[:1],
    }
    unknown = ["small", "x"]
    for route in iter_route_contexts(server.app.routes):
        names = re.findall(r"{(\w+)(?::\w+)?}", route.path)
        for chosen in product(*(values.get(name, unknown) for name in names)):
            path = route.path
            for name, value in zip(names, chosen, strict=True):
                path = re.sub(rf"{{{name}(:\w+)?}}", str(value), path)
            if "GET" in route.methods:
                yield path


QUERIES = {  # is an API path -> query strings
    True: ["?competition=contest"],
    False: ["", "?by=identity&sort=other&columns=other&columns=interval&which=all&against=1"],
}


def crawl(client, server, others):
    """Request all GET routes and the links in the responses; yields each address and response."""
    pending, visited = (
        [path + query for path in paths_of_get_routes(server, others) for query in QUERIES[path.startswith("/api/")]],
        set(),
    )
    while pending:
        address = pending.pop()
        if address in visited or not address.startswith("/") or address.startswith(("/static", "/sign")):
            continue
        visited.add(address)
        if address.startswith("/api/") != ("authorization" in client.headers):
            continue
        answer = client.get(address)
        assert answer.status_code < 500, address
        yield address, answer
        if len(visited) < 300:
            pending += [
                link.replace("&amp;", "&") for link in re.findall(r'(?:href|src|data-\w+)="(/[^"]*)"', answer.text)
            ]


def score_texts(score):
    """Return the texts as which pages and documents write a score."""
    return {repr(score), f"{score:.5f}"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["browser_client", "api_client"])
def test_before_the_deadline_no_page_shows_a_team_secret_data(submissions, kind):
    server, _own, others = submissions
    client = getattr(server, kind)("Alpha")
    secrets = secret_scores(server)
    assert len(secrets) > 5
    words = {
        *SECRETS.values(),
        "canary",
        *(submission["id"] for submission in others),
        *(submission["sha256"] for submission in others),
    }
    words |= {str(server.workspace.folder), str(server.folder)}
    words |= {text for score in secrets for text in score_texts(score)}
    count = 0
    for address, answer in crawl(client, server, others):
        ids_in_address = {submission["id"] for submission in others if submission["id"] in address}
        leaks = [word for word in words - ids_in_address if word in answer.text]
        assert not leaks, (address, leaks, answer.text[:500])
        count += answer.status_code == 200
    assert count > (15 if kind == "browser_client" else 5)


@pytest.mark.slow
def test_after_the_deadline_private_scores_are_visible_and_files_are_not(submissions):
    server, _own, others = submissions
    server.close_competition()
    browser, secrets = server.browser_client("Alpha"), secret_scores(server, of="Beta")
    assert server.api_client("Alpha").get(f"/api/v1/submissions/{others[0]['id']}/file").status_code == 404
    text = ""
    for address, answer in crawl(browser, server, others):
        text += answer.text
        ids_in_address = {submission["id"] for submission in others if submission["id"] in address}
        words = {*SECRETS.values(), *(submission["id"] for submission in others)} - ids_in_address
        assert not [word for word in words if word in answer.text], address
    assert any(word in text for score in secrets for word in score_texts(score))


@pytest.mark.parametrize("kind", ["browser_client", "api_client"])
def test_another_teams_submissions_return_404(submissions, kind):
    server, own_submission, others = submissions
    client, prefix = getattr(server, kind)("Alpha"), {"browser_client": "", "api_client": "/api/v1"}[kind]
    for submission in others:
        for what in ("", "/file"):
            assert client.get(f"{prefix}/submissions/{submission['id']}{what}").status_code == 404
    assert client.get(f"{prefix}/submissions/{own_submission['id']}/file").status_code == 200
    assert getattr(server, kind)(None).get(f"{prefix}/submissions/{others[0]['id']}/file").status_code == 200


def test_a_team_cannot_change_another_teams_submissions(submissions):
    server, _own, others = submissions
    theirs = others[0]["id"]
    where = {"competition": server.key, "task": "retrieval", "submission": theirs}
    assert server.api_client("Alpha").put("/api/v1/finals", params=where).status_code == 409
    browser = server.browser_client("Alpha")
    token = form_token(browser)
    form = {"form_token": token, "final": theirs}
    assert browser.post(f"/submissions/finals/{server.key}/retrieval", data=form).status_code == 409
    assert browser.post(f"/admin/submissions/{theirs}/hide", data=form).status_code == 404
    assert not any(submission.chosen or submission.hidden for submission in server.context.submissions.find_all())


@pytest.mark.parametrize(
    "path",
    ["../../leaderboard.db", "..%2f..%2fleaderboard.db", "%2e%2e/x", "0" * 32 + "/../x", "a" * 10_000, "%00", "..;/x"],
)
def test_ids_that_look_like_paths_return_404(sqlite_server, path):
    browser, api = sqlite_server.browser_client("Alpha"), sqlite_server.api_client("Alpha")
    for client, prefix in ((browser, ""), (api, "/api/v1")):
        for address in (f"{prefix}/submissions/{path}", f"{prefix}/submissions/{path}/file"):
            assert client.get(address).status_code in (303, 404)


def test_a_hidden_submission_leaves_the_board_and_can_be_shown_again(submissions):
    server, _, others = submissions
    api = server.api_client("Alpha")

    def names():
        rows = api.get("/api/v1/boards/retrieval", params={"competition": server.key}).json()
        return [row["solution"] for row in rows]

    assert names() == ["Beta", "Alpha"]
    for submission in others:
        server.context.submissions.hide(submission["id"], "copied")
    assert names() == ["Alpha"]
    assert server.api_client("Beta").get(f"/api/v1/submissions/{others[0]['id']}").json()["hidden"] == "copied"
    for submission in others:
        server.context.submissions.hide(submission["id"], None)
    assert names() == ["Beta", "Alpha"]
