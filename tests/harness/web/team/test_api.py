import gzip
import zipfile
from io import BytesIO

import pytest


def test_a_file_that_is_handed_in_is_scored_and_told(server):
    program = server.api_client("Alpha")
    made = server.submit(program, server.submission_file(), file_name="best.csv", message="all right")
    assert made.status_code == 201
    told = made.json()
    assert (told["status"], told["number"], told["file_name"], told["scores"]) == ("queued", 1, "best.csv", {})
    assert server.score_all() == 1
    told = program.get(f"/api/v1/submissions/{told['id']}").json()
    assert told["status"] == "scored"
    assert told["scores"]["public"]["map@100"] == 1.0
    assert program.get("/api/v1/submissions").json() == [told]


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_packed_files_score_as_plain_ones(sqlite_server, pack):
    packed = BytesIO()
    if pack == "gzip":
        packed.write(gzip.compress(sqlite_server.submission_file(0.5)))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("submission.csv", sqlite_server.submission_file(0.5))
    program = sqlite_server.api_client("Alpha")
    plain, scored = sqlite_server.submit_and_score(program, sqlite_server.submission_file(0.5)), sqlite_server.submit_and_score(program, packed.getvalue())
    assert scored["scores"] == plain["scores"]


def test_both_tasks_are_told_apart_by_the_first_line(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    told = [sqlite_server.submit_and_score(program, sqlite_server.submission_file(task=task)) for task in ("recognition", "retrieval")]
    assert [(each["task"], each["number"], each["metric"]) for each in told] == [
        ("recognition", 1, "gap"),
        ("retrieval", 1, "map@100"),
    ]


def test_a_rejected_file_is_told_all_that_is_wrong_by_the_name_it_came_with(sqlite_server):
    content = sqlite_server.submission_file() + b"nobody,x\nnobody,y\n"
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), content, file_name="mine.csv")
    assert told["status"] == "rejected"
    assert any("mine.csv, line" in line for line in told["report"])
    assert not any(str(sqlite_server.workspace.folder) in line for line in told["report"])


def test_the_very_same_file_is_one_submission(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    first, second = (sqlite_server.submit(program, sqlite_server.submission_file()).json() for _ in range(2))
    assert first == second
    assert [path.name for path in sqlite_server.context.uploads.folder.iterdir()] == [first["id"]]


def test_a_file_comes_back_as_it_came(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    packed = gzip.compress(sqlite_server.submission_file())
    made = sqlite_server.submit(program, packed, file_name='a "b" ü.csv.gz').json()
    answer = program.get(f"/api/v1/submissions/{made['id']}/file")
    assert answer.content == packed
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_the_board_tells_public_scores_before_the_deadline_and_all_after_it(server):
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
        each.get("/api/v1/entries", params={"competition": "contest"}).json() for each in (alpha, sqlite_server.api_client(None))
    ]
    assert [[entry["solution"] for entry in found] for found in listed] == [["Alpha"], ["Alpha", "Beta"]]
    assert [set(found[0]["scores"]) for found in listed] == [{"public"}, {"all", "public", "private"}]


def test_competitions_are_told_with_their_rules(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    sqlite_server.submit(program, sqlite_server.submission_file())
    (told,) = program.get("/api/v1/competitions").json()
    assert (told["key"], told["name"], told["over"], told["daily_limit"]) == (sqlite_server.key, "contest", False, 5)
    assert told["left_today"] == {"retrieval": 4, "recognition": 5}
    assert told["largest_file"] == 100_000
    sqlite_server.close_competition()
    (told,) = program.get("/api/v1/competitions").json()
    assert (told["over"], told["left_today"]) == (True, {"retrieval": 0, "recognition": 0})


def test_finals_are_chosen(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    made = [sqlite_server.submit_and_score(program, sqlite_server.submission_file(share))["id"] for share in (0.2, 0.4, 0.6)]

    def choose(*ids):
        where = {"competition": sqlite_server.key, "task": "retrieval", "submission": ids}
        return program.put("/api/v1/finals", params=where).status_code

    assert choose(made[0], made[1]) == 204
    assert [each["final"] for each in program.get("/api/v1/submissions").json()] == [False, True, True]
    assert choose(*made) == choose("nothing") == choose("\x00") == 409
    assert choose() == 204
    assert not any(each["final"] for each in program.get("/api/v1/submissions").json())


def test_a_competition_ends_with_the_best_of_each_teams_finals_on_the_private_part(server):
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
    assert [(each["rank"], each["team"]) for each in results().json()] == [(1, "Beta"), (2, "Alpha")]
    private = {
        each.entry: server.app.state.site.store.numbered([each.entry])[each.entry].score("private")
        for each in server.context.submissions.of()
    }
    own = [private[each.entry] for each in server.context.submissions.of() if each.id in chosen]
    assert results().json()[1]["score"] == max(own)
    best = next(each for each in server.context.submissions.of() if each.team == "Beta")
    server.context.submissions.hide(best.id, "copied")
    assert [each["team"] for each in results().json()] == ["Alpha"]


def test_the_daily_limit_and_the_deadline_are_told_before_anything_is_received(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    sqlite_server.context.rules.set(sqlite_server.key, daily_limit=1)
    for task in ("retrieval", "recognition"):
        assert sqlite_server.submit(program, sqlite_server.submission_file(task=task)).status_code == 201
    late = sqlite_server.submit(program, sqlite_server.submission_file(0.5))
    assert late.status_code == 429
    assert "all 1 submissions of today" in late.json()["error"]
    sqlite_server.close_competition()
    assert sqlite_server.submit(program, sqlite_server.submission_file(0.5)).status_code == 409
    assert len(list(sqlite_server.context.uploads.folder.iterdir())) == 2


def test_a_file_beyond_the_limit_of_its_own_task_is_not_kept(sqlite_server):
    program = sqlite_server.api_client("Alpha")
    sqlite_server.context.rules.set(sqlite_server.key, daily_limit=1)
    assert sqlite_server.submit(program, sqlite_server.submission_file()).status_code == 201
    assert sqlite_server.submit(program, sqlite_server.submission_file(0.5)).status_code == 429
    assert len(list(sqlite_server.context.uploads.folder.iterdir())) == 1


def test_an_admin_hands_nothing_in(sqlite_server):
    assert sqlite_server.submit(sqlite_server.api_client(None), sqlite_server.submission_file()).status_code == 403


def test_the_description_names_every_address_and_needs_no_token(sqlite_server):
    told = sqlite_server.anonymous_client().get("/api/v1/openapi.json").json()
    assert set(told["paths"]) == {
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
    assert told["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}


@pytest.mark.parametrize("name", ["nothing", "../contest", "\x00", "x" * 300, "' OR 1=1 --"])
def test_no_other_name_is_a_competition(sqlite_server, name):
    program = sqlite_server.api_client("Alpha")
    assert sqlite_server.submit(program, b"x", competition=name).status_code == 404
    assert program.get("/api/v1/entries", params={"competition": name}).status_code == 404
