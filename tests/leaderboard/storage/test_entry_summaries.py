"""Tests of `leaderboard.storage.entry_summaries`."""

import math
from collections.abc import Callable

import pytest

from leaderboard import Entry, EntryStore, board_rows
from leaderboard.board import board_row, standings
from leaderboard.order import Order
from leaderboard.storage.database import Database
from leaderboard.storage.entry_summaries import EntrySummaries, board_summaries

MakeEntry = Callable[..., Entry]


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def make_entries(make_entry: MakeEntry) -> list[Entry]:
    return [
        make_entry("hash", public=0.5, private=0.4),
        make_entry("hash(kind='dct')", public=0.6, private=0.1, minute=1),
        make_entry("wavelet", reason="it raised", minute=2),
        make_entry("nearest", public=0.6, private=0.7, minute=3, intervals={"public": (0.5, 0.7)}),
        make_entry("odd \ud800 <b>", public=0.1, minute=4),
    ]


def test_standings_of_summaries_equal_those_of_full_entries(database: Database, make_entry: MakeEntry) -> None:
    store = EntryStore(database)
    stored = {entry.id: entry for entry in map(store.add, make_entries(make_entry))}
    summaries = EntrySummaries(database, "fingerprint", "retrieval", "test", "map@100")
    assert summaries.refresh()
    order = Order("map@100", higher_is_better=True)
    part, result = standings(summaries.by_id.values(), order, "solution")
    rows = [board_row(standing, stored[standing.entry.id], order, part) for standing in result]
    assert rows == board_rows(stored.values(), higher_is_better=True)


def test_a_summary_has_scores_and_costs(database: Database, make_entry: MakeEntry) -> None:
    entry = EntryStore(database).add(make_entry("hash", public=0.25))
    summaries = EntrySummaries(database, "fingerprint", "retrieval", "test", "map@100")
    summaries.refresh()
    summary = summaries.by_id[entry.id or 0]
    assert summary.cost == entry.cost
    assert [summary.score(part) for part in ("public", "private", "all")] == [0.25, None, None]
    assert math.isclose(summary.created.timestamp(), entry.created.timestamp())


def test_refresh_reads_only_new_entries(database: Database, make_entry: MakeEntry) -> None:
    store = EntryStore(database)
    summaries = EntrySummaries(database, "fingerprint", "retrieval", "test", "map@100")
    assert not summaries.refresh()
    store.add(make_entry("hash", public=0.5))
    store.add(make_entry("other", public=0.5, task="recognition"))
    assert summaries.refresh()
    assert not summaries.refresh()
    assert [summary.identity for summary in summaries.by_id.values()] == ["hash"]


def test_board_summaries_are_of_boards_with_entries(database: Database, make_entry: MakeEntry) -> None:
    store = EntryStore(database)
    assert board_summaries(database) == []
    for minute, split in enumerate(["test", "fold 1/2 of deal ab", "test"]):
        store.add(make_entry("hash", public=0.5, split=split, minute=minute))
    assert [(name.split, name.entries, name.last.minute) for name in board_summaries(database)] == [
        ("test", 2, 2),
        ("fold 1/2 of deal ab", 1, 1),
    ]
