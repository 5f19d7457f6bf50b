"""Tests of `harness.web.folds.routes` and `harness.web.folds.table`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from fastapi.testclient import TestClient

from harness.web.folds.table import FoldQuery, fold_table
from leaderboard import Entry
from leaderboard.folds import fold_rows
from tests.factories.entries import NOON, EntryFactory, make_entry

Browse = Callable[..., TestClient]
SCORES = {"good": (0.5, 0.6, 0.7), "good(a=2)": (0.45, 0.56, 0.62), "bad": (0.1, 0.2, 0.1), "half": (0.3, 0.3)}


def _entries() -> list[Entry]:
    return [
        replace(
            make_entry(identity, all=score, split=f"fold {fold}/3 of deal ab", run_key=f"{identity} {fold}"),
            id=number,
            created=NOON + timedelta(minutes=number),
        )
        for number, (identity, fold, score) in enumerate(
            ((identity, fold, score) for identity, of in SCORES.items() for fold, score in enumerate(of, 1)), 1
        )
    ]


def _names(query: FoldQuery) -> list[str]:
    entries = _entries()
    return [
        line.row.identity for line in fold_table(fold_rows(entries, higher_is_better=True), entries, [], query).lines
    ]


def test_rows_are_searched_sorted_and_grouped_by_solution() -> None:
    assert _names(FoldQuery()) == ["good", "good(a=2)", "bad", "half"]
    assert _names(FoldQuery(search="A=2")) == ["good(a=2)"]
    assert _names(FoldQuery(sort="name")) == ["bad", "good", "good(a=2)", "half"]
    assert _names(FoldQuery(by="solution")) == ["good", "bad", "half"]
    assert _names(FoldQuery(sort="p"))[0] != "good"


def test_complete_rows_are_tested_against_the_first_and_have_a_dot_for_each_fold() -> None:
    entries = _entries()
    table = fold_table(fold_rows(entries, higher_is_better=True), entries, [], FoldQuery(dots="score"))
    first, second, bad, half = table.lines
    assert first.p is None
    assert half.p is None
    assert second.p is not None
    assert bad.p is not None
    assert bad.p < second.p < 1
    assert [dot.fold for dot in first.dots] == [1, 2, 3]
    assert first.dots[0].place < first.dots[2].place
    centred = fold_table(fold_rows(entries, higher_is_better=True), entries, [], FoldQuery(dots="difference"))
    assert {line.mean_place for line in centred.lines} == {50.0}


def test_the_page_links_the_entry_of_each_fold(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("folded", right=0.5)
    folds = [factory.store.add(replace(entry, id=None, split=f"fold {fold}/2 of deal ab")) for fold in (1, 2)]
    client, path = browse(factory.competition.folder), f"/c/{factory.competition.key}/retrieval/folds"
    text = client.get(path).text
    assert all(f'href="/e/{fold.id}"' in text for fold in folds)
    assert "No solution or parameter contains" in client.get(path, params={"search": "<b>nothing"}).text
    assert client.get(path, params={"page": 9, "sort": "x", "by": "y", "dots": "z"}).status_code == 200
