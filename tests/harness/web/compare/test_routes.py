"""Tests of `harness.web.compare.routes`, `harness.web.compare.page`, `harness.web.data.entry_comparisons`,
`harness.web.shared.chosen_entries`, `harness.web.shared.entry_facts` and `harness.web.charts.query_scatter`.
"""

import re
from collections.abc import Callable

import numpy as np
import pytest
from fastapi.testclient import TestClient

from harness.comparing.compare import compare_entries
from harness.comparing.entry_lookup import EntryLookup
from harness.web.compare import routes
from harness.web.data.entry_comparisons import compare_with_reference
from harness.web.permissions import Permissions
from leaderboard import Entry
from metrics import metric
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


@pytest.fixture
def entries(factory: EntryFactory) -> list[Entry]:
    return [
        factory.add_ranking("good", right=1.0),
        factory.add_ranking("half(k=3)", right=0.5),
        factory.add_ranking("none", right=0.0),
    ]


def address(factory: EntryFactory, *numbers: int | None, **query: str) -> str:
    words = [*(f"entry={number}" for number in numbers), *(f"{name}={value}" for name, value in query.items())]
    return f"/c/{factory.competition.key}/retrieval/compare?{'&'.join(words)}"


@pytest.fixture
def client(factory: EntryFactory, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(routes, "PATIENCE_S", 30)
    return browse(factory.competition.folder)


def test_entries_are_compared_with_the_first_one(
    client: TestClient, factory: EntryFactory, entries: list[Entry]
) -> None:
    page = client.get(address(factory, *(entry.id for entry in entries))).text
    assert re.findall(r'data-label="difference"><span class="[a-z]+">([+-])', page) == ["-", "-"]
    counts = re.findall(r"<span>([0-9]+) better, ([0-9]+) equal, ([0-9]+) worse", page)
    assert len(counts) == 2
    assert {sum(map(int, each)) for each in counts} == {len(factory.store.query_ids(1))}
    assert counts[0][0] == counts[1][0] == "0", "no entry is better than one that has all relevant images first"
    assert "half(<wbr>k=3)" in page or "half(k=3)" in page
    assert ">default<" in page, "the parameter that the others leave at its default"


def test_differences_are_those_of_the_command(factory: EntryFactory, entries: list[Entry]) -> None:
    lookup = EntryLookup(factory.competition, factory.workspace)
    (pair,) = compare_entries(["#1", "#2"], lookup, task="retrieval").comparison.pairs
    result = compare_with_reference(factory.store, metric("map@100"), "all", 1, 2)
    assert (result.difference, result.low, result.high, result.p) == (-pair.difference, -pair.high, -pair.low, pair.p)
    assert (result.wins, result.ties, result.losses) == (pair.losses, pair.ties, pair.wins)


def test_each_query_is_a_dot_that_leads_to_its_answers(
    client: TestClient, factory: EntryFactory, entries: list[Entry]
) -> None:
    page = client.get(address(factory, 1, 3)).text
    dots = re.findall(r'<a href="(/e/1/queries/[^"]+)" class="dot"', page)
    assert dots
    assert client.get(dots[0].replace("&amp;", "&")).status_code == 200


def test_labels_are_counted_by_who_is_correct(client: TestClient, factory: EntryFactory) -> None:
    queries = factory.competition.queries.ids
    one = factory.add_labelling("first", {queries[0]: (0, 0.5)})
    other = factory.add_labelling("second", {})
    page = client.get(address(factory, one.id, other.id).replace("/retrieval/", "/recognition/")).text
    table = re.search(r"both entries, one or none</caption>.*?</table>", page, re.DOTALL)
    assert table
    numbers = [int(text) for text in re.findall(r'<td class="number">([0-9]+)</td>', table[0])]
    assert sum(numbers) == len(factory.store.query_ids(one.id or 0))
    assert numbers[0] == numbers[2] == 0, "an entry without answers has none that is correct"


@pytest.mark.parametrize("numbers", [(1, 99), (0,), (1, 2**31)])
def test_unknown_entries_are_not_found_or_refused(
    client: TestClient, factory: EntryFactory, entries: list[Entry], numbers: tuple[int, ...]
) -> None:
    assert client.get(address(factory, *numbers)).status_code in (404, 422)


def test_a_failed_entry_cannot_be_compared(client: TestClient, factory: EntryFactory, entries: list[Entry]) -> None:
    failed = factory.add_failed("broken", "it failed")
    response = client.get(address(factory, 1, failed.id))
    assert response.status_code == 404
    assert "has no score" in response.text


def test_without_numbers_entries_can_be_chosen(client: TestClient, factory: EntryFactory, entries: list[Entry]) -> None:
    assert client.get(address(factory)).text.count("<option") == 3


class TruthHidden(Permissions):
    """A user before the end of a competition."""

    def can_see_truth(self, competition: str) -> bool:
        return False

    def can_see_ties(self, competition: str) -> bool:
        return False

    def parts(self, competition: str) -> tuple[str, ...]:
        return ("public",)


def test_before_the_release_only_public_scores_are_shown(
    factory: EntryFactory, browse: Browse, entries: list[Entry]
) -> None:
    client = browse(factory.competition.folder, permissions_of=lambda _: TruthHidden())
    page = client.get(address(factory, 1, 3, part="private")).text
    assert "mAP@100, public" in page
    assert 'class="dot"' not in page
    assert 'data-label="difference"' not in page


def test_values_by_query_that_are_missing_are_said(
    client: TestClient, factory: EntryFactory, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(factory.store), "per_query", lambda *_: {})
    assert "has no values by query; run it again" in client.get(address(factory, 1, 2)).text


def test_a_page_is_served_before_its_tests_are_done(
    client: TestClient, factory: EntryFactory, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes.BackgroundTask, "wait", lambda *_: False)
    assert "Testing the differences" in client.get(address(factory, 1, 2)).text
    content = client.get(address(factory, 1, 2).replace("compare?", "compare/content?"))
    assert (content.status_code, content.text) == (202, "Testing the differences")


def test_many_queries_are_counted_in_squares() -> None:
    from harness.web.charts.query_scatter import ScatterAddresses, query_scatter

    rng = np.random.default_rng(0)
    first, second = rng.random((2, 5000))
    addresses = ScatterAddresses(str, lambda low, high: f"{low}-{high}")
    chart = query_scatter(first, second, [f"q{row}" for row in range(5000)], ("a", "b"), addresses)
    assert chart.has_squares
    assert len(chart.marks) == 400
    counts = [int(mark.description.split()[0].replace(",", "")) for mark in chart.marks]
    assert sum(counts) == sum(chart.counts) == 5000
