"""Tests of `harness.web.team.api`, `harness.web.team.api_schemas`, `harness.web.team.app`, `harness.web.team.accept_upload`,
`harness.web.team.context` and `harness.web.team.scoring.final_results`."""

import gzip
import zipfile
from io import BytesIO

import pytest


def test_a_submitted_file_is_scored(server):
    client = server.api_client("Alpha")
    response = server.submit(client, server.submission_file(), file_name="best.csv", message="all right")
    assert response.status_code == 201
    document = response.json()
    assert (document["status"], document["number"], document["file_name"], document["scores"]) == (
        "queued",
        1,
        "best.csv",
        {},
    )
    assert server.score_all() == 1
    document = client.get(f"/api/v1/submissions/{document['id']}").json()
    assert document["status"] == "scored"
    assert document["scores"]["public"]["map@100"] == 1.0
    assert client.get("/api/v1/submissions").json() == [document]


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_compressed_files_get_the_same_scores(sqlite_server, pack):
    packed = BytesIO()
    if pack == "gzip":
        packed.write(gzip.compress(sqlite_server.submission_file(0.5)))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("submission.csv", sqlite_server.submission_file(0.5))
    client = sqlite_server.api_client("Alpha")
    plain, scored = (
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.5)),
        sqlite_server.submit_and_score(client, packed.getvalue()),
    )
    assert scored["scores"] == plain["scores"]


def test_the_header_of_a_file_determines_its_task(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    documents = [
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(task=task))
        for task in ("recognition", "retrieval")
    ]
    assert [(document["task"], document["number"], document["metric"]) for document in documents] == [
        ("recognition", 1, "gap"),
        ("retrieval", 1, "map@100"),
    ]


def test_the_report_of_a_rejected_file_uses_the_uploaded_file_name(sqlite_server):
    content = sqlite_server.submission_file() + b"nobody,x\nnobody,y\n"
    document = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), content, file_name="mine.csv")
    assert document["status"] == "rejected"
    assert any("mine.csv, line" in line for line in document["report"])
    assert not any(str(sqlite_server.workspace.folder) in line for line in document["report"])


def test_submitting_an_identical_file_again_returns_the_first_submission(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    first, second = (sqlite_server.submit(client, sqlite_server.submission_file()).json() for _ in range(2))
    assert first == second
    assert [path.name for path in sqlite_server.context.uploads.folder.iterdir()] == [first["id"]]


def test_the_uploaded_file_can_be_downloaded_unchanged(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    packed = gzip.compress(sqlite_server.submission_file())
    document = sqlite_server.submit(client, packed, file_name='a "b" ü.csv.gz').json()
    response = client.get(f"/api/v1/submissions/{document['id']}/file")
    assert response.content == packed
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment;")


def test_the_board_shows_public_scores_before_the_deadline_and_all_scores_after_it(server):
    alpha, beta = server.api_client("Alpha"), server.api_client("Beta")
    server.submit_and_score(alpha, server.submission_file(1.0))
    server.submit_and_score(beta, server.submission_file(0.5))

    def board():
        return alpha.get("/api/v1/boards/retrieval", params={"competition": server.key}).json()

    assert [(row["rank"], row["solution"], row["private_rank"]) for row in board()] == [
        (1, "Alpha", None),
        (2, "Beta", None),
    ]
    assert all(row["score_private"] is row["score_all"] is None for row in board())
    assert [row["entry"] is None for row in board()] == [False, True]
    server.close_competition()
    assert [row["private_rank"] for row in board()] == [1, 2]
    assert all(row["score_private"] is not None for row in board())


def test_a_team_lists_its_own_entries_and_an_admin_all(sqlite_server):
    alpha, beta = sqlite_server.api_client("Alpha"), sqlite_server.api_client("Beta")
    sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(1.0))
    sqlite_server.submit_and_score(beta, sqlite_server.submission_file(0.5))
    listed = [
        client.get("/api/v1/entries", params={"competition": "contest"}).json()
        for client in (alpha, sqlite_server.api_client(None))
    ]
    assert [[entry["solution"] for entry in entries] for entries in listed] == [["Alpha"], ["Alpha", "Beta"]]
    assert [set(entries[0]["scores"]) for entries in listed] == [{"public"}, {"all", "public", "private"}]


def test_competitions_are_listed_with_their_rules(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    sqlite_server.submit(client, sqlite_server.submission_file())
    (document,) = client.get("/api/v1/competitions").json()
    assert (document["key"], document["name"], document["over"], document["daily_limit"]) == (
        sqlite_server.key,
        "contest",
        False,
        5,
    )
    assert document["left_today"] == {"retrieval": 4, "recognition": 5}
    assert document["largest_file"] == 100_000
    sqlite_server.close_competition()
    (document,) = client.get("/api/v1/competitions").json()
    assert (document["over"], document["left_today"]) == (True, {"retrieval": 0, "recognition": 0})


def test_a_team_chooses_its_finals(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    response = [
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(share))["id"] for share in (0.2, 0.4, 0.6)
    ]

    def choose(*ids):
        where = {"competition": sqlite_server.key, "task": "retrieval", "submission": ids}
        return client.put("/api/v1/finals", params=where).status_code

    assert choose(response[0], response[1]) == 204
    assert [document["final"] for document in client.get("/api/v1/submissions").json()] == [False, True, True]
    assert choose(*response) == choose("nothing") == choose("\x00") == 409
    assert choose() == 204
    assert not any(document["final"] for document in client.get("/api/v1/submissions").json())


def test_final_results_rank_each_team_by_its_best_final_on_the_private_part(server):
    alpha, beta = server.api_client("Alpha"), server.api_client("Beta")
    server.submit_and_score(alpha, server.submission_file(0.9))
    chosen = [server.submit_and_score(alpha, server.submission_file(share))["id"] for share in (0.2, 0.3)]
    server.submit_and_score(beta, server.submission_file(0.6))

    def results():
        return alpha.get("/api/v1/results/retrieval", params={"competition": server.key})

    assert results().status_code == 409
    where = {"competition": server.key, "task": "retrieval", "submission": chosen}
    assert alpha.put("/api/v1/finals", params=where).status_code == 204
    server.close_competition()
    assert [(result["rank"], result["team"]) for result in results().json()] == [(1, "Beta"), (2, "Alpha")]
    private = {
        submission.entry: server.app.state.site.store.by_ids([submission.entry])[submission.entry].score("private")
        for submission in server.context.submissions.find_all()
    }
    final_scores = [
        private[submission.entry] for submission in server.context.submissions.find_all() if submission.id in chosen
    ]
    assert results().json()[1]["score"] == max(final_scores)
    best = next(submission for submission in server.context.submissions.find_all() if submission.team == "Beta")
    server.context.submissions.hide(best.id, "copied")
    assert [result["team"] for result in results().json()] == ["Alpha"]


def test_the_daily_limit_and_the_deadline_are_checked_before_the_upload_is_stored(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    sqlite_server.context.rules.set(sqlite_server.key, daily_limit=1)
    for task in ("retrieval", "recognition"):
        assert sqlite_server.submit(client, sqlite_server.submission_file(task=task)).status_code == 201
    late = sqlite_server.submit(client, sqlite_server.submission_file(0.5))
    assert late.status_code == 429
    assert "all 1 submissions of today" in late.json()["error"]
    sqlite_server.close_competition()
    assert sqlite_server.submit(client, sqlite_server.submission_file(0.5)).status_code == 409
    assert len(list(sqlite_server.context.uploads.folder.iterdir())) == 2


def test_a_file_beyond_the_daily_limit_of_its_task_is_deleted(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    sqlite_server.context.rules.set(sqlite_server.key, daily_limit=1)
    assert sqlite_server.submit(client, sqlite_server.submission_file()).status_code == 201
    assert sqlite_server.submit(client, sqlite_server.submission_file(0.5)).status_code == 429
    assert len(list(sqlite_server.context.uploads.folder.iterdir())) == 1


def test_an_admin_cannot_submit(sqlite_server):
    assert sqlite_server.submit(sqlite_server.api_client(None), sqlite_server.submission_file()).status_code == 403


def test_the_openapi_description_lists_every_path_and_needs_no_token(sqlite_server):
    document = sqlite_server.anonymous_client().get("/api/v1/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/v1/boards/{task}",
        "/api/v1/competitions",
        "/api/v1/entries",
        "/api/v1/finals",
        "/api/v1/me",
        "/api/v1/results/{task}",
        "/api/v1/submissions",
        "/api/v1/submissions/{submission_id}",
        "/api/v1/submissions/{submission_id}/file",
    }
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}


@pytest.mark.parametrize("name", ["nothing", "../contest", "\x00", "x" * 300, "' OR 1=1 --"])
def test_an_unknown_competition_returns_404(sqlite_server, name):
    client = sqlite_server.api_client("Alpha")
    assert sqlite_server.submit(client, b"x", competition=name).status_code == 404
    assert client.get("/api/v1/entries", params={"competition": name}).status_code == 404
