"""Tests of `harness.web.board.routes`, `harness.web.home.routes`, `harness.web.competitions`, `harness.web.shared.board_context`,
`harness.web.shared.board_view`, `harness.web.shared.board_figures`, `harness.web.data.board_cache` and `harness.web.data.ties`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from harness.scoring.reference_scores import sample_submission_scores
from harness.web.permissions import Permissions
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


class Outsider(Permissions):
    user_name = "outsider"

    def parts(self, competition: str) -> tuple[str, ...]:
        return ("public",)

    def can_see_truth(self, competition: str) -> bool:
        return False

    def can_open(self, entry: object) -> bool:
        return False


def outsider(_request: Request) -> Permissions:
    return Outsider()


def board_names(text: str) -> list[str]:
    """Return the identities of a board in their order."""
    return re.findall(
        r'<th scope="row" class="name">\s*(?:<button[^>]*>.</button>\s*|)(?:<a[^>]*>|)<bdi[^>]*>([^<]*)</bdi>', text
    )


def board(factory: EntryFactory, tab: str = "public", task: str = "retrieval") -> str:
    return f"/c/{factory.competition.key}/{task}/{tab}"


def test_the_board_is_ordered_by_the_public_part_and_shows_rank_changes(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("worse", right=0.2)
    factory.add_ranking("better(k=2)", right=0.9)
    text = browse(factory.competition.folder).get(board(factory)).text
    assert board_names(text) == ["better(k=2)", "worse"]
    assert "no move" in text
    assert "calculated on approximately" in text


def test_the_private_tab_is_ordered_by_the_private_part(factory: EntryFactory, browse: Browse) -> None:
    queries, index = factory.competition.queries.ids, list(factory.competition.index.ids)
    factory.add_ranking("public_best", dict.fromkeys(queries[1::2], index))
    factory.add_ranking("private_best", dict.fromkeys(queries[::2], index))
    client = browse(factory.competition.folder)
    assert board_names(client.get(board(factory)).text) == ["public_best", "private_best"]
    assert board_names(client.get(board(factory, "private")).text) == ["private_best", "public_best"]


def test_the_address_without_a_tab_redirects_to_the_first(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    answer = browse(factory.competition.folder).get(f"/c/{factory.competition.key}/retrieval")
    assert answer.headers["location"] == board(factory)


def test_the_query_string_sorts_filters_and_selects_columns(factory: EntryFactory, browse: Browse) -> None:
    for name, right in (("a(x=1)", 0.2), ("b(x=2)", 0.9), ("c(x=2)", 0.5)):
        factory.add_ranking(name, right=right)
    client = browse(factory.competition.folder)
    assert board_names(client.get(board(factory) + "?sort=wall&down=1").text) == ["c(x=2)", "b(x=2)", "a(x=1)"]
    assert board_names(client.get(board(factory) + "?search=X%3D2").text) == ["b(x=2)", "c(x=2)"]
    text = client.get(board(factory) + "?columns=cpu&sort=cpu").text
    assert "CPU s" in text
    assert 'aria-sort="ascending"' in text
    assert "peak MB</a>" not in text


def test_a_failed_entry_is_unranked_and_shows_its_reason(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("fine", right=0.5)
    factory.add_failed("broken", "ValueError: <b>no</b>")
    text = browse(factory.competition.folder).get(board(factory)).text
    assert board_names(text) == ["fine", "broken"]
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in text


def test_ties_are_computed_on_request_and_stored(factory: EntryFactory, browse: Browse) -> None:
    first, same = factory.add_ranking("first", right=0.9), factory.add_ranking("same", right=0.9)
    client = browse(factory.competition.folder)
    assert "have not been run yet" in client.get(board(factory)).text
    ties = client.get(board(factory) + "/ties").json()
    assert ties[str(first.id)]["p"] is None
    assert ties[str(same.id)]["tied"]
    assert "have not been run yet" not in client.get(board(factory)).text
    assert "<strong>=</strong>" in browse(factory.competition.folder).get(board(factory)).text


def test_a_new_entry_is_on_the_next_page(factory: EntryFactory, browse: Browse) -> None:
    client = browse(factory.competition.folder)
    assert client.get(board(factory)).status_code == 404
    factory.add_ranking("early", right=0.5)
    assert board_names(client.get(board(factory)).text) == ["early"]
    factory.add_ranking("late", right=0.9)
    assert board_names(client.get(board(factory)).text) == ["late", "early"]


def test_the_sample_submission_is_a_reference_with_the_visible_scores(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("ours", right=1.0)
    folder, competition = factory.competition.folder, factory.competition
    rows = [f"{query},{' '.join(np.roll(competition.index.ids, n))}" for n, query in enumerate(competition.queries.ids)]
    (folder / "sample_submission.csv").write_text("\n".join(["id,images", *rows]) + "\n")
    (sample,) = sample_submission_scores(competition, "retrieval")
    scores = {"public": f"{sample.score_public:.4f}", "private": f"{sample.score_private:.4f}"}
    assert scores["public"] != scores["private"]
    ours = browse(folder).get(board(factory)).text.partition("sample submission")[2].partition("</tr>")[0]
    theirs = browse(folder, permissions_of=outsider).get(board(factory)).text
    theirs = theirs.partition("sample submission")[2].partition("</tr>")[0]
    assert [scores[part] in ours for part in ("public", "private")] == [True, True]
    assert [scores[part] in theirs for part in ("public", "private")] == [True, False]


def test_nothing_of_the_private_part_is_shown_without_permission(factory: EntryFactory, browse: Browse) -> None:
    entry, _ = factory.add_ranking("ours", right=0.3), factory.add_ranking("theirs", right=1.0)
    client = browse(factory.competition.folder, permissions_of=outsider)
    text = client.get(board(factory)).text
    public, private = (f"{entry.scores[part]['map@100']:.4f}" for part in ("public", "private"))
    assert public != private
    assert public in text
    assert text.count('role="img" class="dot') == 4
    assert private not in text
    assert "Private" not in text
    assert "/e/" not in text
    for address in (board(factory, "private"), board(factory, "private") + "/ties", board(factory, "all")):
        assert client.get(address).status_code == 404
    for address in ("", "/queries", "/queries/x", "/submission.csv"):
        assert client.get(f"/e/{entry.id}{address}").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/c/nowhere/retrieval/public", "/c/{key}/nothing/public", "/c/{key}/retrieval/x", "/c/{key}/retrieval/folds"]
    + ["/c/..%2F..%2Fetc/retrieval/public", "/c/" + "x" * 5000 + "/retrieval/public", "/c/%00/retrieval/public"]
    + ["/c/%ff/retrieval/public", "/e/0", "/e/-1", "/e/99", "/e/" + "9" * 40, "/e/1e3", "/e/٣", "/e/1/log"],
)
def test_unknown_addresses_are_error_pages(factory: EntryFactory, browse: Browse, address: str) -> None:
    factory.add_ranking("any", right=0.5)
    answer = browse(factory.competition.folder).get(address.format(key=factory.competition.key))
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text


def test_baselines_alone_are_references_below_an_empty_board(factory: EntryFactory, browse: Browse) -> None:
    floor = factory.add_ranking("first_images", right=0.5)
    client = browse(factory.competition.folder)
    assert client.get(f"/c/{factory.competition.key}/retrieval").headers["location"] == board(factory)
    text = client.get(board(factory)).text
    assert board_names(text) == []
    assert f"entry #{floor.id}" in text


def test_the_home_page_lists_competitions_and_their_best_entries(factory: EntryFactory, browse: Browse) -> None:
    client = browse(factory.competition.folder)
    assert "No entries yet" in client.get("/").text
    factory.add_ranking("the_best", right=0.9)
    text = client.get("/").text
    assert "the_best" in text
    assert f"/c/{factory.competition.key}/retrieval" in text


def test_a_competition_without_its_folder_still_has_its_board(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    client = browse()  # neither an argument nor a run names the folder
    assert "no photos" in client.get("/").text
    assert board_names(client.get(board(factory)).text) == ["any"]


def test_names_are_escaped_on_every_page(factory: EntryFactory, browse: Browse, hostile_names: list[str]) -> None:
    entries = [factory.add_ranking(name, right=0.5) for name in hostile_names]
    entries.append(factory.add_failed("fails", "".join(hostile_names[:9]), log="\n".join(hostile_names)))
    client = browse(factory.competition.folder)
    pages = [board(factory), board(factory) + "?by=identity", "/"]
    numbers = [entry.id for entry in entries]
    comparison = f"/c/{factory.competition.key}/retrieval/compare?entry={numbers[0]}"
    pages += [f"{comparison}&entry={number}" for number in numbers[1:-1]] + [f"/e/{number}" for number in numbers]
    pages += [f"/e/{entry.id}/queries" for entry in entries[:-1]]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert "\x1b" not in answer.text
        assert "x" * 3000 not in answer.text
        assert len(answer.content) < 300_000


def test_search_terms_are_escaped(factory: EntryFactory, browse: Browse, hostile_names: list[str]) -> None:
    factory.add_ranking("any", right=0.5)
    client = browse(factory.competition.folder)
    for name in hostile_names:
        text = name.encode("utf-8", "replace").decode()
        answer = client.get(board(factory), params={"search": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_competitions_are_found_by_the_runs_of_the_workspace(factory: EntryFactory, browse: Browse) -> None:
    import json

    entry = factory.add_ranking("any", right=0.5)
    task = Path(entry.submission or "").with_name("task.json")
    task.write_text(json.dumps({"folder": str(factory.competition.folder)}))
    assert "index" in browse().get("/").text
    task.write_text("{")
    assert "no photos" in browse().get("/").text


def test_entries_on_a_sample_have_a_tab_of_their_own(factory: EntryFactory, browse: Browse) -> None:
    whole = factory.add_ranking("whole", right=0.5)
    few, more = factory.add_on_sample("few", 3), factory.add_on_sample("more", 4)
    client = browse(factory.competition.folder)
    assert board_names(client.get(board(factory)).text) == ["whole"]
    text = client.get(board(factory, "samples")).text
    assert text.index(f"<h2>{more.split}: mAP@100</h2>") < text.index(f"<h2>{few.split}: mAP@100</h2>")
    assert board_names(text) == ["more", "few"]
    page = client.get(f"/e/{few.id}").text
    assert "landmark run few --on" in page
    assert "--limit 3" in page
    addresses = set(re.findall(rf"/e/{few.id}/queries/\w+", client.get(f"/e/{few.id}/queries").text))
    assert len(addresses) == 3
    assert client.get(board(factory, "samples", "recognition")).status_code == 404
    assert client.get(f"/e/{whole.id}").status_code == 200


def test_a_competition_with_nothing_but_samples_opens_on_them(factory: EntryFactory, browse: Browse) -> None:
    factory.add_on_sample("few", 3)
    client = browse(factory.competition.folder)
    opened = client.get(f"/c/{factory.competition.key}/retrieval", follow_redirects=True)
    assert board_names(opened.text) == ["few"]
    assert client.get("/").status_code == 200


def test_an_outsider_sees_no_private_score_of_a_sample(factory: EntryFactory, browse: Browse) -> None:
    factory.add_on_sample("few", 4)
    text = browse(factory.competition.folder, permissions_of=outsider).get(board(factory, "samples")).text
    assert ">public</th>" in text
    assert ">private</th>" not in text
    assert ">all</th>" not in text


def test_several_seeds_have_mean_and_spread_on_the_part_that_ranks(factory: EntryFactory, browse: Browse) -> None:
    first = factory.add_ranking("lucky", right=0.9)
    factory.store.add(replace(first, id=None, seed=1))
    factory.add_ranking("single", right=0.5)
    client = browse(factory.competition.folder)
    public = client.get(board(factory)).text
    assert public.count("seeds: ") == 1
    assert f"2 seeds: {first.score('public'):.3f} ± 0.000" in public
    assert "2 seeds: " not in client.get(board(factory, "private")).text


def test_a_site_started_with_a_folder_lists_only_its_competition(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("one", right=0.5)
    entry = factory.add_ranking("two", right=0.5)
    factory.store.add(replace(entry, id=None, competition="another", competition_name="Another competition"))
    assert "Another competition" in browse().get("/").text
    text = browse(factory.competition.folder).get("/").text
    assert factory.competition.name in text
    assert "Another competition" not in text


def test_the_shake_up_is_linked_from_a_board_with_two_entries(factory: EntryFactory, browse: Browse) -> None:
    address = f"/c/{factory.add_ranking('one', right=0.5).competition}/retrieval"
    assert "/shake-up" not in browse(factory.competition.folder).get(address, follow_redirects=True).text
    factory.add_ranking("two", right=0.25)
    assert "/shake-up" in browse(factory.competition.folder).get(address, follow_redirects=True).text


def test_the_redirect_to_the_first_tab_keeps_the_query_string(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    answer = browse(factory.competition.folder).get(f"/c/{factory.competition.key}/retrieval?by=identity&sort=wall")
    assert answer.headers["location"] == board(factory) + "?by=identity&sort=wall"


def test_the_table_is_served_alone_and_charts_follow_the_search(factory: EntryFactory, browse: Browse) -> None:
    for number in range(3):
        factory.add_ranking(f"solution_{number}", right=0.2 * (number + 1))
    client = browse(factory.competition.folder)
    text = client.get(board(factory) + "/table?search=solution_1").text
    assert "<html" not in text
    assert board_names(text) == ["solution_1"]
    assert 'aria-label="solution_1,' in text
    assert "solution_2" not in text


def test_columns_without_a_value_are_left_out(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any(x=1)", right=0.5)
    client = browse(factory.competition.folder)
    text = client.get(board(factory) + "?columns=p:x&columns=p:y&columns=m:none").text
    assert re.findall(r"data-live>([^<]*)</a>", text.partition("<thead>")[2].partition("</thead>")[0])[-1] == "x"


def test_charts_are_enlarged_by_the_address(factory: EntryFactory, browse: Browse) -> None:
    for number in range(4):
        factory.add_ranking(f"s{number}", right=0.2 * (number + 1))
    client = browse(factory.competition.folder)
    text = client.get(board(factory) + "?zoom=time:,,0.9,1&y=log&x=linear").text
    time_chart = text.partition('data-chart="time"')[2]
    assert time_chart.count('class="dot') == text.partition('data-chart="cost"')[2].count('class="dot') - 4
    assert "whole chart" in time_chart


def test_a_page_beyond_the_last_is_the_last(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("any", right=0.5)
    assert board_names(browse(factory.competition.folder).get(board(factory) + "?page=99").text) == ["any"]
