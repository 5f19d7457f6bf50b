"""Tests of `harness.web.team.scoring.score_file` and its Ladder through the API."""

import re

import pytest


@pytest.mark.parametrize("task", ["retrieval", "recognition"])
def test_only_significant_improvements_of_the_public_score_are_released(server, task):
    client = server.api_client("Alpha")
    metric = {"retrieval": "map@100", "recognition": "gap"}[task]
    server.context.rules.set(server.key, ladder=True, daily_limit=10)
    documents = [
        server.submit_and_score(client, server.submission_file(share, task, mark=number))
        for number, share in enumerate((0.5, 0.4, 0.5, 1.0, 0.9))
    ]
    public = [document["scores"]["public"][metric] for document in documents]
    assert public[0] == public[1] == public[2] < public[3] == public[4]
    assert all(set(document["scores"]["public"]) == {metric} for document in documents)


def test_private_and_per_query_scores_are_the_same_as_without_the_ladder(make_server, tmp_path):
    plain, laddered = (make_server(f"sqlite:///{tmp_path / name}.sqlite", name=name) for name in ("plain", "laddered"))
    laddered.context.rules.set(laddered.key, ladder=True)
    scores = []
    for server in (plain, laddered):
        client, store = server.api_client("Alpha"), server.app.state.site.store
        for share in (0.6, 0.5):
            server.submit_and_score(client, server.submission_file(share))
        scores.append([
            (entry.scores["private"], entry.scores["all"], {name: list(values) for name, values in store.per_query(entry.id).items()})
            for entry in store.entries()
        ])  # fmt: skip
    assert scores[0] == scores[1]
    assert all("public" not in entry.intervals for entry in laddered.app.state.site.store.entries())


def test_ties_are_hidden_while_the_ladder_is_on(sqlite_server):
    client, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.75))
    sqlite_server.submit_and_score(sqlite_server.api_client("Beta"), sqlite_server.submission_file(0.5))
    board = f"/c/{sqlite_server.key}/retrieval/public"
    assert browser.get(f"{board}/ties").status_code == 200
    assert re.search(r"P\(best\) \d", browser.get(board).text)
    sqlite_server.context.rules.set(sqlite_server.key, ladder=True)
    assert browser.get(f"{board}/ties").status_code == 404
    assert not re.search(r"P\(best\) \d", browser.get(board).text)
    sqlite_server.close_competition()
    assert browser.get(f"{board}/ties").status_code == 200


def test_each_team_has_its_own_ladder(sqlite_server):
    sqlite_server.context.rules.set(sqlite_server.key, ladder=True)
    alpha, beta = sqlite_server.api_client("Alpha"), sqlite_server.api_client("Beta")
    best, low = (
        sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(1.0)),
        sqlite_server.submit_and_score(beta, sqlite_server.submission_file(0.5)),
    )
    assert best["scores"]["public"]["map@100"] > low["scores"]["public"]["map@100"]


def test_a_ladder_that_is_enabled_later_starts_from_the_last_public_score(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    first = sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.75))
    sqlite_server.context.rules.set(sqlite_server.key, ladder=True)
    assert (
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.5))["scores"]["public"]["map@100"]
        == first["scores"]["public"]["map@100"]
    )
