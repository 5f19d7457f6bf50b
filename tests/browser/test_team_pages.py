"""The pages of teams as a browser shows them, of a competition that is open and of one that is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser

from harness.web.server import LOCAL
from harness.web.team.app import create_team_app
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from tests.browser.page_checks import looks, served, too_wide, violations
from tests.factories.competitions import make_competition
from tests.factories.teams import Server

pytestmark = pytest.mark.slow

NAMES = ("Alpha", "<b>B</b> ' \"", "W" * 60)
PAGES = {  # who looks, and where
    "sign-in": ("", "/sign-in"),
    "submissions": ("team", "/submissions"),
    "scored": ("team", "/submissions/{scored}"),
    "rejected": ("team", "/submissions/{rejected}"),
    "results": ("team", "/c/{over}/retrieval/results"),
    "results so far": ("admin", "/c/{open}/retrieval/results"),
    "admin": ("admin", "/admin"),
}


@dataclass
class World:
    """A team server, its address, the cookies of who has signed in there, and what addresses are made of."""

    server: Server
    url: str
    signed_in: dict[str, Any]
    values: dict[str, str]

    def visit(self, visit: Any, name: str, **options: Any) -> Any:
        """The page of a name, as who may see it sees it."""
        who, address = PAGES[name]
        return visit(self.url + address.format(**self.values), storage_state=self.signed_in[who], **options)


@pytest.fixture(scope="module")
def teams(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two competitions, in which three teams have each handed in a file that scores and one that does not."""
    folder = tmp_path_factory.mktemp("teams")
    made = {name: make_competition(folder / name, landmarks=n, size=16) for name, n in (("open", 3), ("over", 4))}
    workspace, url = Workspace.open(folder / "workspace"), f"sqlite:///{folder / 'teams.sqlite'}"
    database = Database(url, kept=4)
    app = create_team_app(workspace, [*made.values()], database=database, hosts=["testserver", *LOCAL])
    keys = {each.name: key for key, each in app.state.site.competitions.named.items()}
    for contest, place in made.items():
        _hand_in(Server(app, url, place, workspace), contest)
    server = Server(app, url, made["open"], workspace)
    server.score()
    server.teams.rules.set(keys["over"], deadline=datetime(2026, 3, 1, 12, tzinfo=UTC))
    own = [each for each in server.teams.submissions.of() if each.team == "Alpha"]
    with served(app) as address:
        signed_in = {
            who: _signed_in(browser, address, server, name) for who, name in (("team", "Alpha"), ("admin", None))
        }
        yield World(server, address, {"": None, **signed_in}, {**keys, **{each.status: each.id for each in own}})
    database.close()


def _hand_in(server: Server, contest: str) -> None:
    for name, right in zip(NAMES, (0.4, 0.8, 0.6), strict=True):
        member = server.program(name)
        server.push(member, server.answer(right), competition=contest, message="a line of text " * 12)
        server.push(member, server.answer() + b"nobody,x\n,\n", competition=contest, file_name="x" * 200)


def _signed_in(browser: Browser, address: str, server: Server, name: str | None) -> Any:
    """The cookies of a browser in which someone has typed a token."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Token").fill(server.token(name))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin" if name is None else "**/submissions")
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_teams_can_be_read_by_everyone(visit: Any, teams: World, name: str) -> None:
    page = teams.visit(visit, name, color_scheme="light")
    for look in looks(page):
        assert page.locator("h1").count() == 1, look
        assert too_wide(page) <= 0, look
        assert violations(page) == [], look
        assert page.locator("main b").count() == 0, look


def test_a_file_is_handed_in_by_the_form_and_its_page_tells_what_becomes_of_it(visit: Any, teams: World) -> None:
    page = teams.visit(visit, "submissions")
    form = page.locator("form[enctype]").first
    file = {"name": "new.csv", "mimeType": "text/csv", "buffer": teams.server.answer(mark=7)}
    form.get_by_label("File").set_input_files(file)
    form.get_by_role("button", name="Hand in").click()
    status = page.locator("main [data-status]")
    assert status.get_attribute("data-status") == "queued"
    teams.server.score()
    page.locator("main [data-status=scored]").wait_for()
    assert page.get_by_role("link", name="new.csv").is_visible()


def test_the_results_are_a_tab_of_the_board_of_what_is_over_only(visit: Any, teams: World) -> None:
    state = teams.signed_in["team"]
    page = visit(f"{teams.url}/c/{teams.values['over']}/retrieval/public", storage_state=state)
    page.get_by_role("link", name="Results").click()
    page.wait_for_url("**/results")
    names = page.locator("table.board tbody th bdi").all_inner_texts()
    assert names == [NAMES[1], NAMES[2], NAMES[0]]
    page = visit(f"{teams.url}/c/{teams.values['open']}/retrieval/public", storage_state=state)
    assert page.get_by_role("link", name="Results").count() == 0
