"""Tests of `harness.web.board.export` and `harness.web.board.selection`: rows as files, ticked rows."""

import csv
import json
from collections.abc import Callable
from io import StringIO

import pytest
from fastapi.testclient import TestClient

from leaderboard.storage.database import Database
from leaderboard.storage.notes import EntryNote, NoteStore
from tests.factories.entries import EntryFactory
from tests.harness.web.board.test_routes import board, outsider

Browse = Callable[..., TestClient]


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_the_exported_board_has_the_rows_and_columns_that_are_shown(factory: EntryFactory, browse: Browse) -> None:
    for name, right in (("a(x=1)", 0.2), ("b(x=2)", 0.9), ("c(x=2, rank=7)", 0.5)):
        factory.add_ranking(name, right=right)
    client = browse(factory.competition.folder)
    address = board(factory) + "/export?search=x%3D2&columns=p:x&columns=p:rank&columns=m:mp@10"
    answer = client.get(address)
    assert answer.headers["content-disposition"] == 'attachment; filename="retrieval-public.csv"'
    rows = read_csv(answer.text)
    assert [(row["identity"], row["x"], row["rank (parameter)"]) for row in rows] == [
        ("b(x=2)", "2", ""),
        ("c(x=2, rank=7)", "2", "7"),
    ]
    assert {row["star"] for row in rows} == {"False"}
    records = json.loads(client.get(address + "&format=json").text)
    assert [record["rank"] for record in records] == [1, 2]
    latex = client.get(address + "&format=latex").text
    assert r"\textbf" in latex
    assert "a(x=1)" not in latex
    markdown = client.get(address + "&format=markdown").text
    assert "| # | solution | public | private | 95 % |" in markdown


def test_ticked_rows_are_exported_explored_and_run_again(factory: EntryFactory, browse: Browse) -> None:
    first, second = factory.add_ranking("a(x=1)", right=0.2), factory.add_ranking("b", right=0.9)
    client, base = browse(factory.competition.folder), board(factory).removesuffix("/public")
    (row,) = read_csv(client.get(f"{base}/public/export?entry={first.id}").text)
    assert row["identity"] == "a(x=1)"
    ticked = f"entry={first.id}&entry={second.id}"
    explore = client.get(f"{base}/selected/explore?{ticked}")
    assert explore.headers["location"] == f"/e/{first.id}/queries?sort=difference&against={second.id}"
    assert client.get(f"{base}/selected/explore").status_code == 404
    assert client.get(f"{base}/selected/explore?entry=99").status_code == 404
    assert client.get(f"{base}/selected/command?entry=x").status_code == 422
    assert client.get(f"{base}/selected/command?{ticked}").status_code == 200


def test_the_note_of_an_entry_is_exported(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("a", right=0.2)
    factory.add_ranking("b", right=0.4)
    NoteStore(Database(factory.workspace.database)).save(entry.id or 0, EntryNote(True, ("old", "paper"), "=1+1"))
    client = browse(factory.competition.folder)
    (row,) = [row for row in read_csv(client.get(board(factory) + "/export").text) if row["identity"] == "a"]
    assert (row["star"], row["tags"], row["note"]) == ("True", "old, paper", "'=1+1")
    tagged = client.get(board(factory) + "/export?tag=old&format=markdown").text
    assert "| 1 | a |" in tagged
    assert "| b |" not in tagged


@pytest.mark.parametrize("format", ["csv", "json", "markdown", "latex"])
def test_an_export_without_permission_has_no_private_score_and_no_note(
    factory: EntryFactory, browse: Browse, format: str
) -> None:
    entry = factory.add_ranking("ours", right=0.3)
    factory.add_ranking("theirs", right=0.6)
    NoteStore(Database(factory.workspace.database)).save(entry.id or 0, EntryNote(True, ("secret",), "secret"))
    client = browse(factory.competition.folder, permissions_of=outsider)
    text = client.get(f"{board(factory)}/export?format={format}&tag=&sort=other").text
    private, public = (entry.scores[part]["map@100"] for part in ("private", "public"))
    assert f"{public:.3}" in text
    assert f"{private:.3}" not in text
    assert "secret" not in text
    base = board(factory).removesuffix("/public")
    for address in (
        "private/export",
        "all/export",
        "private/table",
        "selected/command?entry=1",
        "selected/explore?entry=1",
    ):
        assert client.get(f"{base}/{address}").status_code == 404
