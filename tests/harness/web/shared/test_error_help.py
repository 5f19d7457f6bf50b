"""Tests of `harness.web.shared.error_help`."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from harness.web.permissions import Permissions
from leaderboard import Entry
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


class TeamUser(Permissions):
    user_name = "a team"

    def can_open(self, entry: Entry) -> bool:
        return False


def test_an_unknown_entry_leads_to_its_neighbours_for_local_users_only(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    text = browse(factory.competition.folder).get("/e/777").text
    assert "The latest entry has the number 1." in text
    assert 'href="/e/1"' in text
    client = browse(factory.competition.folder, permissions_of=lambda _: TeamUser())
    for path in ("/e/777", "/e/1", "/e/1/queries/x"):
        text = client.get(path).text
        assert "latest entry" not in text
        assert "/e/1" not in text
        assert f'href="/c/{factory.competition.key}"' in text


def test_a_wrong_tab_leads_to_the_tabs_of_the_competition(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    key = factory.competition.key
    text = browse(factory.competition.folder).get(f"/c/{key}/retrieval/nothing").text
    assert f'href="/c/{key}/retrieval"' in text
    assert 'aria-label="Breadcrumb"' in text
    assert f'href="/c/{key}"' in browse(factory.competition.folder).get("/c/unknown/retrieval").text


def test_a_query_that_does_not_exist_leads_to_the_queries(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    assert 'href="/e/1/queries"' in browse(factory.competition.folder).get("/e/1/queries/nothing").text


def test_without_permissions_the_page_has_no_links(factory: EntryFactory, browse: Browse) -> None:
    def refuse(_request: object) -> Permissions:
        raise AttributeError("member")

    answer = browse(factory.competition.folder, permissions_of=refuse).get("/nothing/here")
    assert answer.status_code == 404
    assert factory.competition.key not in answer.text
