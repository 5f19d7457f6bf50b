import re

import pytest


@pytest.fixture
def contest(sqlite_server):
    """Beta is first by public scores, Alpha by the private one of a final that it chose; Gamma is Alpha's equal."""
    queries = [line.partition(",")[0] for line in sqlite_server.submission_file().decode().splitlines()[1:]]
    usage = dict(zip(queries, _column(sqlite_server, "Usage"), strict=True))

    def answer(*parts, mark=0):
        right, wrong = (sqlite_server.submission_file(share).decode().splitlines()[1:] for share in (1.0, 0.0))
        rows = [a if usage[query] in parts else b for query, a, b in zip(queries, right, wrong, strict=True)]
        return "\n".join(["id,images", *rows, *[""] * mark]).encode() + b"\n"

    alpha, beta, gamma = (sqlite_server.api_client(name) for name in ("Alpha", "Beta", "Gamma"))
    sqlite_server.submit_and_score(beta, answer("Public"))
    chosen = sqlite_server.submit_and_score(alpha, answer("Private"))["id"]
    sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(0.0))
    sqlite_server.submit_and_score(gamma, answer("Private", mark=1))
    where = {"competition": sqlite_server.key, "task": "retrieval", "submission": [chosen]}
    assert alpha.put("/api/v1/finals", params=where).status_code == 204
    return sqlite_server


def _column(server, name):
    header, *lines = (server.folder / "retrieval_solution.csv").read_text().splitlines()
    place = header.split(",").index(name)
    return [line.split(",")[place] for line in lines]


def rows(page):
    """The cells of each row of a page: rank, move, team, final, private score, public rank."""
    page = re.sub(r'<span class="narrow">.*?</span>', "", page.partition("<tbody>")[2])
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>|\s", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)[:6]]
        for row in found
    ]


def test_the_final_order_is_by_the_private_part_and_equals_stand_as_they_came(contest):
    contest.close_competition()
    page = contest.browser_client("Beta").get(f"/c/{contest.key}/retrieval/results").text
    assert rows(page) == [
        ["1", "▲up1", "Alpha", "#1", "1.00000", "2"],
        ["2", "▲up1", "Gamma", "#1", "1.00000", "3"],
        ["3", "▼down2", "Beta", "#1", f"{4 * (1 / 3) / 12:.5f}", "1"],  # what is wrong for others is landmark 0
    ]
    assert "this is the final order" in page


def test_no_team_finds_the_page_before_the_deadline(contest):
    browser, admin = contest.browser_client("Alpha"), contest.browser_client(None)
    address, board = f"/c/{contest.key}/retrieval/results", f"/c/{contest.key}/retrieval/public"
    assert browser.get(address).status_code == 404
    assert address not in browser.get(board).text
    assert "Not over yet" in admin.get(address).text
    contest.close_competition()
    assert address in browser.get(board).text
    assert contest.anonymous_client().get(address).status_code == 303


def test_only_ones_own_final_can_be_opened(contest):
    contest.close_competition()
    page = contest.browser_client("Alpha").get(f"/c/{contest.key}/retrieval/results").text
    opened = re.findall(r'href="/submissions/(\w+)"', page)
    assert [contest.context.submissions.find(each).team for each in opened] == ["Alpha"]


def test_hidden_submissions_end_nowhere_and_no_final_is_no_row(contest):
    for each in contest.context.submissions.of():
        contest.context.submissions.hide(each.id, "copied")
    contest.close_competition()
    page = contest.browser_client("Alpha").get(f"/c/{contest.key}/retrieval/results").text
    assert "No team has a final" in page
