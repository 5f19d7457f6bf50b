"""Tests of `harness.web.team.pages.results.routes` and `harness.web.team.scoring.final_results`."""

import re

import pytest


@pytest.fixture
def server_with_finals(sqlite_server):
    """A server on which Beta leads by public score, Alpha by the private score of its final, and Gamma ties with Alpha."""
    queries = [line.partition(",")[0] for line in sqlite_server.submission_file().decode().splitlines()[1:]]
    usage = dict(zip(queries, _column(sqlite_server, "Usage"), strict=True))

    def submission_file(*parts, mark=0):
        right, wrong = (sqlite_server.submission_file(share).decode().splitlines()[1:] for share in (1.0, 0.0))
        rows = [a if usage[query] in parts else b for query, a, b in zip(queries, right, wrong, strict=True)]
        return "\n".join(["id,images", *rows, *[""] * mark]).encode() + b"\n"

    alpha, beta, gamma = (sqlite_server.api_client(name) for name in ("Alpha", "Beta", "Gamma"))
    sqlite_server.submit_and_score(beta, submission_file("Public"))
    chosen = sqlite_server.submit_and_score(alpha, submission_file("Private"))["id"]
    sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(0.0))
    sqlite_server.submit_and_score(gamma, submission_file("Private", mark=1))
    where = {"competition": sqlite_server.key, "task": "retrieval", "submission": [chosen]}
    assert alpha.put("/api/v1/finals", params=where).status_code == 204
    return sqlite_server


def _column(server, name):
    header, *lines = (server.folder / "retrieval_solution.csv").read_text().splitlines()
    column = header.split(",").index(name)
    return [line.split(",")[column] for line in lines]


def rows(page):
    """Return the cells of each table row: rank, move, team, final, private score, public rank."""
    page = re.sub(r'<span class="(narrow|initials|badge)[^>]*>.*?</span>', "", page.partition("<tbody>")[2])
    matches = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>|\s", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)[:6]]
        for row in matches
    ]


def test_teams_are_ranked_by_private_score_and_ties_by_submission_time(server_with_finals):
    server_with_finals.close_competition()
    page = server_with_finals.browser_client("Beta").get(f"/c/{server_with_finals.key}/retrieval/results").text
    assert rows(page) == [
        ["1", "▲up1", "Alpha", "#1", "1.00000", "2"],
        ["2", "▲up1", "Gamma", "#1", "1.00000", "3"],
        [
            "3",
            "▼down2",
            "Beta",
            "#1",
            f"{4 * (1 / 3) / 12:.5f}",
            "1",
        ],  # the wrong answer of other queries is right for landmark 0
    ]
    assert "these are the final results" in page


def test_teams_cannot_open_the_results_before_the_deadline(server_with_finals):
    browser, admin = server_with_finals.browser_client("Alpha"), server_with_finals.browser_client(None)
    address, board = f"/c/{server_with_finals.key}/retrieval/results", f"/c/{server_with_finals.key}/retrieval/public"
    assert browser.get(address).status_code == 404
    assert address not in browser.get(board).text
    assert "Still open" in admin.get(address).text
    server_with_finals.close_competition()
    assert address in browser.get(board).text
    assert server_with_finals.anonymous_client().get(address).status_code == 303


def test_a_team_can_open_only_its_own_final(server_with_finals):
    server_with_finals.close_competition()
    page = server_with_finals.browser_client("Alpha").get(f"/c/{server_with_finals.key}/retrieval/results").text
    submission_ids = re.findall(r'href="/submissions/(\w+)"', page)
    assert [server_with_finals.context.submissions.find(submission_id).team for submission_id in submission_ids] == [
        "Alpha"
    ]


def test_hidden_submissions_are_not_in_the_results(server_with_finals):
    for submission in server_with_finals.context.submissions.find_all():
        server_with_finals.context.submissions.hide(submission.id, "copied")
    server_with_finals.close_competition()
    page = server_with_finals.browser_client("Alpha").get(f"/c/{server_with_finals.key}/retrieval/results").text
    assert "No team has a final" in page
