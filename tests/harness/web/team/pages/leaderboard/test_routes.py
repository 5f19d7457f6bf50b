"""Tests of `harness.web.team.pages.leaderboard.routes`, `harness.web.team.pages.leaderboard.lines`,
`harness.web.team.leaderboard_links` and `harness.web.team.initials`.
"""

import re
from importlib.resources import files

import pytest

from harness.web.team.app import create_team_app
from harness.web.team.initials import HUES
from harness.web.team.pages.leaderboard import lines
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from tests.factories.teams import TeamServer, fast_hasher


@pytest.fixture(scope="module")
def board(tmp_path_factory, competition_folder):
    """A server with three teams, and a function that returns a page of the retrieval board for one of them."""
    folder = tmp_path_factory.mktemp("board")
    workspace, url = Workspace.open(folder / "workspace"), f"sqlite:///{folder / 'team.sqlite'}"
    database = Database(url)
    app = create_team_app(workspace, [competition_folder], database=database, hosts=["testserver"])
    server = TeamServer(app, url, competition_folder, workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leaderboard.team.tokens._hasher", fast_hasher)
        for name, share in (("Alpha", 0.35), ("Beta", 0.6), ("<b>C</b>", 0.85)):
            server.submit(server.api_client(name), server.submission_file(share))
        server.score_all()

    def page(team, query="", tab="public"):
        return server.browser_client(team).get(f"/c/{server.key}/retrieval/{tab}{query}").text

    yield server, page
    database.close()


def test_the_row_of_the_own_team_is_marked_and_linked(board):
    _server, page = board
    (row,) = re.findall(r'<tr[^>]*id="mine".*?</tr>', page("Alpha"), re.DOTALL)
    assert ">Alpha<" in row
    assert "your team" in row
    assert "Jump to your row (rank 3)" in page("Alpha")
    assert 'id="mine"' not in page(None)
    assert "<b>C" not in page("Alpha")


def test_the_columns_are_those_of_teams(board):
    _server, page = board
    text = page("Alpha")
    headings = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", text)
    assert headings[:3] == ["#", "Team", "Public"]
    assert headings[-2:] == ["Submissions", "Last (UTC)"]
    for word in ("solution", "parameter set", "wall s", "peak MB", "private"):
        assert word not in text.partition("<table")[2].lower(), word
    assert "Private" not in headings


def test_after_the_deadline_both_parts_and_the_move_between_them_are_shown(board):
    server, page = board
    assert "no such part" in page("Alpha", tab="private").lower()
    server.close_competition()
    for tab, other in (("public", "Private"), ("private", "Public")):
        text = page("Alpha", tab=tab)
        assert f">{other}</th>" in text
        assert "ranks gained" in text
    server.context.rules.set(server.key, deadline=None)


def test_a_search_and_pages_divide_the_board(board, monkeypatch):
    _server, page = board
    assert "Beta" not in page("Alpha", "?search=alpha").partition("<table")[2]
    assert "No team of that name" in page("Alpha", "?search=nothing+like+it")
    monkeypatch.setattr(lines, "PAGE_ROWS", 2)
    assert 'href="?page=2#mine">Jump to your row' in page("Alpha")
    assert 'id="mine"' not in page("Alpha")
    assert 'id="mine"' in page("Alpha", "?page=2")


def test_an_empty_board_invites_to_submit(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    assert "No team has a score" in browser.get(f"/c/{sqlite_server.key}/retrieval").text
    assert browser.get(f"/c/{sqlite_server.key}/nothing").status_code == 404
    assert browser.get(f"/c/{sqlite_server.key}/retrieval/public").status_code == 404


def luminance(colour):
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(share * value for share, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first, second):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_initials_are_readable_in_each_colour_and_theme():
    css = files("harness.web.team.pages").joinpath("team.css").read_text(encoding="utf-8")
    text = re.search(r"\.initials \{.*?color: light-dark\((#\w{6}), (#\w{6})\)", css)
    hues = re.findall(r"\.hue-(\d) \{ --hue: light-dark\((#\w{6}), (#\w{6})\)", css)
    assert [int(number) for number, _, _ in hues] == list(range(HUES))
    for _, light, dark in hues:
        assert contrast(text[1], light) >= 4.5
        assert contrast(text[2], dark) >= 4.5
