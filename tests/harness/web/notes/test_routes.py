"""Tests of `harness.web.notes.routes`: stars, tags, notes and views, in local mode only."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from leaderboard.storage.database import Database
from leaderboard.storage.notes import EntryNote, NoteStore, SavedView
from tests.factories.entries import EntryFactory
from tests.harness.web.board.test_routes import board, outsider

Browse = Callable[..., TestClient]
HERE = {"origin": "http://testserver"}


@pytest.fixture
def store(factory: EntryFactory) -> NoteStore:
    """The notes of the workspace, which has one entry."""
    factory.add_ranking("ours", right=0.3)
    return NoteStore(Database(factory.workspace.database))


def test_a_note_is_saved_and_shown_on_the_board(factory: EntryFactory, browse: Browse, store: NoteStore) -> None:
    client = browse(factory.competition.folder)
    fields = {"star": "1", "tags": "paper, <b>", "note": "first\r\n<script>alert(1)</script>"}
    answer = client.post("/e/1/note", data=fields, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/e/1#notes")
    assert store.find_one(1) == EntryNote(True, ("paper", "<b>"), "first\n<script>alert(1)</script>")
    text = client.get(board(factory)).text
    assert "<script>alert" not in text
    assert "&lt;b&gt;" in text
    assert "?tag=paper" in text
    assert "No matching rows" not in client.get(board(factory) + "?tag=paper&star=1").text
    assert "No matching rows" in client.get(board(factory) + "?tag=other").text


def test_a_star_is_set_and_removed_and_leads_back_to_the_board(
    factory: EntryFactory, browse: Browse, store: NoteStore
) -> None:
    client, back = browse(factory.competition.folder), board(factory) + "?sort=wall"
    answer = client.post("/e/1/star", data={"star": "1", "back": back}, headers=HERE)
    assert answer.headers["location"] == back
    assert store.find_one(1).star
    for back in ("//evil.example/c/", "https://evil.example", "/c/\\evil", "/e/2", "/c/" + "x" * 4000):
        answer = client.post("/e/1/star", data={"star": "", "back": back}, headers=HERE)
        assert answer.headers["location"] == "/e/1"
    assert not store.find()


@pytest.mark.parametrize(
    "fields", [{"tags": "x" * 31}, {"tags": ",".join(map(str, range(13)))}, {"note": "x" * 4001}, {"tags": "a\x1b"}]
)
def test_a_wrong_note_is_refused(
    factory: EntryFactory, browse: Browse, store: NoteStore, fields: dict[str, str]
) -> None:
    assert browse(factory.competition.folder).post("/e/1/note", data=fields, headers=HERE).status_code == 422
    assert not store.find()


def test_a_view_is_saved_opened_and_deleted(factory: EntryFactory, browse: Browse, store: NoteStore) -> None:
    client, base = browse(factory.competition.folder), board(factory).removesuffix("/public")
    fields = {"name": "fast <i>", "tab": "private", "query": "?sort=wall"}
    answer = client.post(f"{base}/views", data=fields, headers=HERE)
    assert answer.headers["location"] == f"{base}/private?sort=wall"
    text = client.get(board(factory)).text
    assert "fast &lt;i&gt;" in text
    assert f'href="{base}/private?sort=wall"' in text
    (view,) = store.views(factory.competition.key, "retrieval")
    assert client.post(f"{base}/views/{view.id}/delete", headers=HERE).status_code == 303
    assert not store.views(factory.competition.key, "retrieval")
    for wrong in ({**fields, "tab": "all"}, {**fields, "name": ""}, {**fields, "name": "x" * 61}):
        assert client.post(f"{base}/views", data=wrong, headers=HERE).status_code == 422


@pytest.mark.parametrize("address", ["/e/1/note", "/e/1/star", "{board}/views", "{board}/views/1/delete"])
def test_nothing_is_written_from_elsewhere_or_by_a_team_or_read_only(
    factory: EntryFactory, browse: Browse, store: NoteStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save_view(factory.competition.key, "retrieval", SavedView(0, "mine", "public", ""))
    address = address.format(board=board(factory).removesuffix("/public"))
    fields = {"star": "1", "note": "x", "name": "x", "tab": "public"}
    client = browse(factory.competition.folder)
    assert client.post(address, data=fields).status_code == 403
    assert client.post(address, data=fields, headers={"origin": "http://evil.example"}).status_code == 403
    teams = browse(factory.competition.folder, permissions_of=outsider)
    assert teams.post(address, data=fields, headers=HERE).status_code == 404
    monkeypatch.setattr("leaderboard.storage.database.is_writable", lambda _file: False)
    reader = browse(factory.competition.folder)
    assert reader.post(address, data=fields, headers=HERE).status_code == 409
    text = reader.get(board(factory)).text
    assert '<button class="star"' not in text
    assert "mine" in text
    assert not store.find()
    assert len(store.views(factory.competition.key, "retrieval")) == 1


def test_a_team_sees_no_note(factory: EntryFactory, browse: Browse, store: NoteStore) -> None:
    store.save(1, EntryNote(True, ("secret",), "secret"))
    text = browse(factory.competition.folder, permissions_of=outsider).get(board(factory)).text
    assert "secret" not in text
    assert "★" not in text
