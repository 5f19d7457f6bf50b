"""Browser tests of the team server's pages, with one competition that is open and one that is closed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from harness.web.server import LOCAL_HOSTS
from harness.web.team.app import create_team_app
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from tests.browser.page_checks import excess_width, run_server, screen_modes, violations
from tests.factories.competitions import make_competition
from tests.factories.teams import TeamServer

pytestmark = pytest.mark.slow

NAMES = ("Alpha", "<b>B</b> ' \"", "W" * 60)
PAGES = {  # name -> the role that opens it, its path
    "sign-in": ("", "/sign-in"),
    "competitions": ("team", "/"),
    "overview": ("team", "/c/{open}"),
    "data": ("team", "/c/{open}/data"),
    "leaderboard": ("team", "/c/{open}/retrieval/public"),
    "messages": ("team", "/messages"),
    "submissions": ("team", "/submissions"),
    "submissions to one": ("team", "/c/{over}/submissions"),
    "scored": ("team", "/submissions/{scored}"),
    "rejected": ("team", "/submissions/{rejected}"),
    "results": ("team", "/c/{over}/retrieval/results"),
    "results so far": ("admin", "/c/{open}/retrieval/results"),
    "admin": ("admin", "/admin"),
    "text": ("admin", "/admin/competitions/{open}/texts/overview"),
    "revoke": ("admin", "/admin/tokens/{prefix}/revoke"),
}


@dataclass
class TeamSite:
    """A running team server: its URL, the browser state of each signed-in role, and the values that paths contain."""

    server: TeamServer
    url: str
    signed_in: dict[str, Any]
    values: dict[str, str]

    def open(self, open_page: Any, name: str, **options: Any) -> Any:
        """Open a page of PAGES in its role."""
        role, path = PAGES[name]
        return open_page(self.url + path.format(**self.values), storage_state=self.signed_in[role], **options)


@pytest.fixture(scope="module")
def team_site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamSite]:
    """Two competitions to which each of three teams has submitted one valid and one rejected file."""
    root = tmp_path_factory.mktemp("teams")
    folders = {name: make_competition(root / name, landmarks=n, size=16) for name, n in (("open", 3), ("over", 4))}
    workspace, url = Workspace.open(root / "workspace"), f"sqlite:///{root / 'teams.sqlite'}"
    database = Database(url, pool_size=4)
    app = create_team_app(workspace, [*folders.values()], database=database, hosts=["testserver", *LOCAL_HOSTS])
    keys = {competition.name: key for key, competition in app.state.site.competitions.explicit.items()}
    for name, folder in folders.items():
        _submit_for_each_team(TeamServer(app, url, folder, workspace), name)
    server = TeamServer(app, url, folders["open"], workspace)
    server.score_all()
    server.context.rules.set(keys["over"], deadline=datetime(2026, 3, 1, 12, tzinfo=UTC))
    submissions = {item.status: item.id for item in server.context.submissions.find_all() if item.team == "Alpha"}
    with run_server(app) as address:
        roles = {"team": "Alpha", "admin": None}
        signed_in = {role: _sign_in(browser, address, server, name) for role, name in roles.items()}
        yield TeamSite(
            server,
            address,
            {"": None, **signed_in},
            {**keys, **submissions, "prefix": server.context.accounts.tokens()[-1].prefix},
        )
    database.close()


def _submit_for_each_team(server: TeamServer, competition: str) -> None:
    for name, right in zip(NAMES, (0.4, 0.8, 0.6), strict=True):
        member = server.api_client(name)
        server.submit(member, server.submission_file(right), competition=competition, message="a line of text " * 12)
        server.submit(member, server.submission_file() + b"nobody,x\n,\n", competition=competition, file_name="x" * 200)


def _sign_in(browser: Browser, url: str, server: TeamServer, name: str | None) -> Any:
    """Sign in to a team, or as an admin if the name is None; returns the browser state with the session cookie."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Token").fill(server.token(name))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/admin$" if name is None else "/$"))
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize("name", PAGES)
def test_each_team_page_is_accessible_and_fits_the_window(open_page: Any, team_site: TeamSite, name: str) -> None:
    page = team_site.open(open_page, name, color_scheme="light")
    for mode in screen_modes(page):
        expect(page.locator("h1")).to_have_count(1)
        assert excess_width(page) <= 0, mode
        assert violations(page) == [], mode
        expect(page.locator("main b")).to_have_count(0)


def test_a_file_is_submitted_by_the_form_and_its_page_follows_the_status(open_page: Any, team_site: TeamSite) -> None:
    page = team_site.open(open_page, "submissions")
    form = page.locator("form[enctype]").first
    file = {"name": "new.csv", "mimeType": "text/csv", "buffer": team_site.server.submission_file(mark=7)}
    form.locator("summary").click()
    form.get_by_label("Description").fill("whitened")
    form.get_by_label("File").set_input_files(file)
    form.get_by_role("button", name="Submit").click()
    status = page.locator("main [data-status]")
    expect(status).to_have_attribute("data-status", "queued")
    team_site.server.score_all()
    expect(status).to_have_attribute("data-status", "scored")
    expect(page.get_by_role("link", name="new.csv")).to_be_visible()
    expect(page.locator("dl.facts")).to_contain_text("whitened")


def test_the_board_has_a_results_tab_only_after_the_deadline(open_page: Any, team_site: TeamSite) -> None:
    state = team_site.signed_in["team"]
    page = open_page(f"{team_site.url}/c/{team_site.values['over']}/retrieval/public", storage_state=state)
    page.get_by_role("link", name="Results").click()
    expect(page).to_have_url(re.compile("/results$"))
    expect(page.locator("table.board tbody th bdi")).to_have_text([NAMES[1], NAMES[2], NAMES[0]])
    page = open_page(f"{team_site.url}/c/{team_site.values['open']}/retrieval/public", storage_state=state)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("link", name="Results")).to_have_count(0)


def test_a_dropped_file_that_is_too_large_is_not_sent(open_page: Any, team_site: TeamSite) -> None:
    page = team_site.open(open_page, "submissions")
    form = page.locator("form[enctype]").first
    form.evaluate("""(form) => {
        const files = new DataTransfer();
        files.items.add(new File(["id,images"], "dropped.csv"));
        form.dataset.limit = 5;
        form.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
    }""")
    form.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("status")).to_contain_text("more than is accepted")
    expect(form.get_by_role("button", name="Submit")).to_be_enabled()


def test_the_countdown_ticks(open_page: Any, team_site: TeamSite) -> None:
    rules, key = team_site.server.context.rules, team_site.values["open"]
    rules.set(key, deadline=datetime.now(UTC) + timedelta(minutes=30))
    left = team_site.open(open_page, "overview").locator("[data-countdown]")
    text = left.inner_text()
    assert re.fullmatch(r"in \d+ min \d+ s", text)
    expect(left).not_to_have_text(text)
    rules.set(key, deadline=None)


def test_a_form_is_sent_without_scripts(open_page: Any, team_site: TeamSite) -> None:
    page = team_site.open(open_page, "submissions", java_script_enabled=False)
    form = page.locator("form[enctype]").first
    file = {"name": "plain.csv", "mimeType": "text/csv", "buffer": team_site.server.submission_file(mark=8)}
    form.get_by_label("File").set_input_files(file)
    form.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("link", name="plain.csv")).to_be_visible()
