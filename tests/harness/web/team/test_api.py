import gzip
import zipfile
from io import BytesIO

import pytest


def test_a_file_that_is_handed_in_is_scored_and_told(server):
    program = server.program("Alpha")
    made = server.push(program, server.answer(), file_name="best.csv", message="all right")
    assert made.status_code == 201
    told = made.json()
    assert (told["status"], told["number"], told["file_name"], told["scores"]) == ("queued", 1, "best.csv", {})
    assert server.score() == 1
    told = program.get(f"/api/v1/submissions/{told['id']}").json()
    assert told["status"] == "scored"
    assert told["scores"]["public"]["map@100"] == 1.0
    assert program.get("/api/v1/submissions").json() == [told]


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_packed_files_score_as_plain_ones(quick, pack):
    packed = BytesIO()
    if pack == "gzip":
        packed.write(gzip.compress(quick.answer(0.5)))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("submission.csv", quick.answer(0.5))
    program = quick.program("Alpha")
    plain, scored = quick.scored(program, quick.answer(0.5)), quick.scored(program, packed.getvalue())
    assert scored["scores"] == plain["scores"]


def test_both_tasks_are_told_apart_by_the_first_line(quick):
    program = quick.program("Alpha")
    told = [quick.scored(program, quick.answer(task=task)) for task in ("recognition", "retrieval")]
    assert [(each["task"], each["number"], each["metric"]) for each in told] == [
        ("recognition", 1, "gap"),
        ("retrieval", 1, "map@100"),
    ]


def test_a_rejected_file_is_told_all_that_is_wrong_by_the_name_it_came_with(quick):
    content = quick.answer() + b"nobody,x\nnobody,y\n"
    told = quick.scored(quick.program("Alpha"), content, file_name="mine.csv")
    assert told["status"] == "rejected"
    assert any("mine.csv, line" in line for line in told["report"])
    assert not any(str(quick.workspace.folder) in line for line in told["report"])


def test_the_very_same_file_is_one_submission(quick):
    program = quick.program("Alpha")
    first, second = (quick.push(program, quick.answer()).json() for _ in range(2))
    assert first == second
    assert [path.name for path in quick.teams.uploads.folder.iterdir()] == [first["id"]]


def test_a_file_comes_back_as_it_came(quick):
    program = quick.program("Alpha")
    packed = gzip.compress(quick.answer())
    made = quick.push(program, packed, file_name='a "b" ü.csv.gz').json()
    answer = program.get(f"/api/v1/submissions/{made['id']}/file")
    assert answer.content == packed
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_the_board_tells_public_scores_before_the_deadline_and_all_after_it(server):
    alpha, beta = server.program("Alpha"), server.program("Beta")
    server.scored(alpha, server.answer(1.0))
    server.scored(beta, server.answer(0.5))

    def board():
        return alpha.get("/api/v1/boards/retrieval", params={"competition": server.key}).json()

    assert [(row["rank"], row["solution"], row["private_rank"]) for row in board()] == [
        (1, "Alpha", None),
        (2, "Beta", None),
    ]
    assert all(row["score_private"] is row["score_all"] is None for row in board())
    assert [row["entry"] is None for row in board()] == [False, True]
    server.end()
    assert [row["private_rank"] for row in board()] == [1, 2]
    assert all(row["score_private"] is not None for row in board())


def test_a_team_lists_its_own_entries_and_an_admin_all(quick):
    alpha, beta = quick.program("Alpha"), quick.program("Beta")
    quick.scored(alpha, quick.answer(1.0))
    quick.scored(beta, quick.answer(0.5))
    listed = [
        each.get("/api/v1/entries", params={"competition": "contest"}).json() for each in (alpha, quick.program(None))
    ]
    assert [[entry["solution"] for entry in found] for found in listed] == [["Alpha"], ["Alpha", "Beta"]]
    assert [set(found[0]["scores"]) for found in listed] == [{"public"}, {"all", "public", "private"}]


def test_competitions_are_told_with_their_rules(quick):
    program = quick.program("Alpha")
    quick.push(program, quick.answer())
    (told,) = program.get("/api/v1/competitions").json()
    assert (told["key"], told["name"], told["over"], told["daily_limit"]) == (quick.key, "contest", False, 5)
    assert told["left_today"] == {"retrieval": 4, "recognition": 5}
    assert told["largest_file"] == 100_000
    quick.end()
    (told,) = program.get("/api/v1/competitions").json()
    assert (told["over"], told["left_today"]) == (True, {"retrieval": 0, "recognition": 0})


def test_finals_are_chosen(quick):
    program = quick.program("Alpha")
    made = [quick.scored(program, quick.answer(share))["id"] for share in (0.2, 0.4, 0.6)]

    def choose(*ids):
        where = {"competition": quick.key, "task": "retrieval", "submission": ids}
        return program.put("/api/v1/finals", params=where).status_code

    assert choose(made[0], made[1]) == 204
    assert [each["final"] for each in program.get("/api/v1/submissions").json()] == [False, True, True]
    assert choose(*made) == choose("nothing") == choose("\x00") == 409
    assert choose() == 204
    assert not any(each["final"] for each in program.get("/api/v1/submissions").json())


def test_a_competition_ends_with_the_best_of_each_teams_finals_on_the_private_part(server):
    alpha, beta = server.program("Alpha"), server.program("Beta")
    server.scored(alpha, server.answer(0.9))
    chosen = [server.scored(alpha, server.answer(share))["id"] for share in (0.2, 0.3)]
    server.scored(beta, server.answer(0.6))

    def results():
        return alpha.get("/api/v1/results/retrieval", params={"competition": server.key})

    assert results().status_code == 409
    where = {"competition": server.key, "task": "retrieval", "submission": chosen}
    assert alpha.put("/api/v1/finals", params=where).status_code == 204
    server.end()
    assert [(each["rank"], each["team"]) for each in results().json()] == [(1, "Beta"), (2, "Alpha")]
    private = {
        each.entry: server.app.state.site.store.numbered([each.entry])[each.entry].score("private")
        for each in server.teams.submissions.of()
    }
    own = [private[each.entry] for each in server.teams.submissions.of() if each.id in chosen]
    assert results().json()[1]["score"] == max(own)
    best = next(each for each in server.teams.submissions.of() if each.team == "Beta")
    server.teams.submissions.hide(best.id, "copied")
    assert [each["team"] for each in results().json()] == ["Alpha"]


def test_the_daily_limit_and_the_deadline_are_told_before_anything_is_received(quick):
    program = quick.program("Alpha")
    quick.teams.rules.set(quick.key, daily_limit=1)
    for task in ("retrieval", "recognition"):
        assert quick.push(program, quick.answer(task=task)).status_code == 201
    late = quick.push(program, quick.answer(0.5))
    assert late.status_code == 429
    assert "all 1 submissions of today" in late.json()["error"]
    quick.end()
    assert quick.push(program, quick.answer(0.5)).status_code == 409
    assert len(list(quick.teams.uploads.folder.iterdir())) == 2


def test_a_file_beyond_the_limit_of_its_own_task_is_not_kept(quick):
    program = quick.program("Alpha")
    quick.teams.rules.set(quick.key, daily_limit=1)
    assert quick.push(program, quick.answer()).status_code == 201
    assert quick.push(program, quick.answer(0.5)).status_code == 429
    assert len(list(quick.teams.uploads.folder.iterdir())) == 1


def test_an_admin_hands_nothing_in(quick):
    assert quick.push(quick.program(None), quick.answer()).status_code == 403


def test_the_description_names_every_address_and_needs_no_token(quick):
    told = quick.stranger().get("/api/v1/openapi.json").json()
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
def test_no_other_name_is_a_competition(quick, name):
    program = quick.program("Alpha")
    assert quick.push(program, b"x", competition=name).status_code == 404
    assert program.get("/api/v1/entries", params={"competition": name}).status_code == 404
