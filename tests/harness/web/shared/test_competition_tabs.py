"""Tests of `harness.web.shared.competition_tabs` and `harness.web.shared.data_analyser`."""

import pytest

from harness.web import page_plugins
from harness.web.context import PageContext, Site
from harness.web.permissions import Permissions
from harness.web.rendering import Link
from harness.web.shared import competition_tabs, data_analyser
from leaderboard.storage.database import Database
from tests.factories.entries import EntryFactory


class TeamUser(Permissions):
    user_name = "a team"


def test_the_data_tab_needs_a_plug_in_and_a_local_user(factory: EntryFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(factory.workspace, Database(factory.workspace.database), [factory.competition.folder])
    key = factory.competition.key
    monkeypatch.setattr(competition_tabs, "load_analyser", lambda: None)
    assert competition_tabs.competition_tabs(PageContext(site, Permissions(), "/"), key) == []
    monkeypatch.setattr(competition_tabs, "load_analyser", lambda: print)
    assert competition_tabs.competition_tabs(PageContext(site, TeamUser(), "/"), key) == []
    factory.add_ranking("any", right=0.5)
    tabs = competition_tabs.competition_tabs(PageContext(site, Permissions(), "/"), key, "data")
    assert tabs == [Link("Retrieval", f"/c/{key}/retrieval"), Link("Data", f"/c/{key}/data", current=True)]


def test_without_an_importable_plug_in_there_is_no_analyser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_plugins, "entry_points", lambda **_group: [])
    data_analyser.load_analyser.cache_clear()
    assert data_analyser.load_analyser() is None
    data_analyser.load_analyser.cache_clear()
