"""The Ladder on the team server: what is told, what is not, and that the private part stays as it is."""

import pytest


@pytest.mark.parametrize("task", ["retrieval", "recognition"])
def test_a_score_is_told_only_where_it_is_better_by_more_than_chance(server, task):
    program = server.api_client("Alpha")
    metric = {"retrieval": "map@100", "recognition": "gap"}[task]
    server.context.rules.set(server.key, ladder=True, daily_limit=10)
    told = [
        server.submit_and_score(program, server.submission_file(share, task, mark=number))
        for number, share in enumerate((0.5, 0.4, 0.5, 1.0, 0.9))
    ]
    public = [each["scores"]["public"][metric] for each in told]
    assert public[0] == public[1] == public[2] < public[3] == public[4]
    assert all(set(each["scores"]["public"]) == {metric} for each in told)


def test_private_scores_and_what_each_query_got_are_as_without_the_ladder(make_server, tmp_path):
    plain, laddered = (make_server(f"sqlite:///{tmp_path / name}.sqlite", name=name) for name in ("plain", "laddered"))
    laddered.context.rules.set(laddered.key, ladder=True)
    kept = []
    for server in (plain, laddered):
        program, store = server.api_client("Alpha"), server.app.state.site.store
        for share in (0.6, 0.5):
            server.submit_and_score(program, server.submission_file(share))
        kept.append([
            (entry.scores["private"], entry.scores["all"], {name: list(values) for name, values in store.per_query(entry.id).items()})
            for entry in store.entries()
        ])  # fmt: skip
    assert kept[0] == kept[1]
    assert all("public" not in entry.intervals for entry in laddered.app.state.site.store.entries())


def test_no_ties_are_told_through_which_one_could_see_what_the_ladder_does_not_tell(sqlite_server):
    program, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    sqlite_server.submit_and_score(program, sqlite_server.submission_file(0.75))
    sqlite_server.submit_and_score(sqlite_server.api_client("Beta"), sqlite_server.submission_file(0.5))
    where = f"/c/{sqlite_server.key}/retrieval/public"
    assert browser.get(f"{where}/ties").status_code == 200
    assert "first in" in browser.get(where).text
    sqlite_server.context.rules.set(sqlite_server.key, ladder=True)
    assert browser.get(f"{where}/ties").status_code == 404
    assert "first in" not in browser.get(where).text
    sqlite_server.close_competition()
    assert browser.get(f"{where}/ties").status_code == 200


def test_each_team_has_a_ladder_of_its_own(sqlite_server):
    sqlite_server.context.rules.set(sqlite_server.key, ladder=True)
    alpha, beta = sqlite_server.api_client("Alpha"), sqlite_server.api_client("Beta")
    best, low = sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(1.0)), sqlite_server.submit_and_score(beta, sqlite_server.submission_file(0.5))
    assert best["scores"]["public"]["map@100"] > low["scores"]["public"]["map@100"]


def test_a_ladder_that_is_set_up_later_goes_on_from_what_was_told(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    first = sqlite_server.submit_and_score(program, sqlite_server.submission_file(0.75))
    sqlite_server.context.rules.set(sqlite_server.key, ladder=True)
    assert (
        sqlite_server.submit_and_score(program, sqlite_server.submission_file(0.5))["scores"]["public"]["map@100"] == first["scores"]["public"]["map@100"]
    )
