"""Tests of the Python API on a small competition.

Subjects: `harness.api.competitions`, `harness.api.opening`, `harness.api.boards`, `harness.api.comparisons`,
`harness.api.answers`, `harness.api.submission_files`, `harness.api.submission_methods`, `harness.api.delivery`,
`harness.api.descriptors`, `harness.api.image_parts`, `harness.api.arguments`, `harness.api.runners`, `harness.api.tunings` and
`harness.api.one_line_errors`.
"""

import json
from dataclasses import replace
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from harness.api.competitions import OpenCompetition
from harness.api.opening import import_folders, make_competition, open_competition, solutions
from harness.errors import DataError, HarnessError, SolutionError, SubmissionError
from harness.submissions.read_write import read_submission
from tests.cli import run_command
from tests.factories import competitions
from tests.factories.modules import imported_file
from tests.factories.solutions import write_obedient

pytestmark = pytest.mark.usefixtures("runs_in_this_process")

RETRIEVAL = ("first_images", "hash(kind='dct')")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> OpenCompetition:
    """A competition with finished runs of both tasks; tests add only entries of other solutions."""
    folder = tmp_path_factory.mktemp("api")
    competitions.make_competition(folder / "small", landmarks=4, layout="nested")  # with names of landmarks
    competition = open_competition(folder / "small", folder / "workspace")
    assert not competition.run(*RETRIEVAL, "most_frequent", jobs=2).failed
    return competition


def test_captions_have_the_file_of_an_image(finished: OpenCompetition) -> None:
    view = finished.answer("first_images")
    query = str(view.answer.query_ids[0])
    named = replace(view, files={query: "church/<1>.jpg"})
    assert f"{query} (church/&lt;1&gt;.jpg)" in named._repr_html_()
    assert f"{query} (" not in view._repr_html_()


def test_folders_of_photographs_become_a_competition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(4):
        pixels = competitions.random_photo(0, ("church", number), 16)
        competitions.save_image(tmp_path / "photos" / "church" / f"{number}.jpg", pixels)
    (tmp_path / "photos" / "notes.txt").write_text("no photograph")
    competition = import_folders(tmp_path / "photos", tmp_path / "mine", tmp_path / "workspace", shares={"index": 0})
    assert repr(competition) == "<competition mine: 2 train, 2 test images>"
    assert "left out: files beside the class folders: 1 (first 'notes.txt')" in capsys.readouterr().err
    with pytest.raises(DataError, match="is not an empty folder"):
        import_folders(tmp_path / "photos", tmp_path / "mine")
    with pytest.raises(DataError, match="are no parts; shares are those of train, index, test"):
        import_folders(tmp_path / "photos", tmp_path / "other", shares={"tset": 0.5})


def command(competition: OpenCompetition, *words: object) -> dict:
    place = ("--on", competition.folder, "--workspace", competition.workspace.folder)
    return json.loads(run_command(*words, *place, "--json").stdout)


def test_a_finished_run_is_reused_in_the_order_of_the_call(finished: OpenCompetition) -> None:
    runs = finished.run(*reversed(RETRIEVAL))
    assert runs.table["solution"].tolist() == [*reversed(RETRIEVAL)]
    assert not runs.table["executed"].any()
    assert "already finished" in repr(runs)


def test_a_failed_run_is_a_row_with_its_reason(finished: OpenCompetition, tmp_path: Path) -> None:
    runs = finished.run(f"{write_obedient(tmp_path)}(do='raise')")
    assert runs.failed
    assert "IndexError" in runs.table.loc[0, "reason"]
    assert "FAILED: IndexError" in repr(runs)
    assert "FAILED: IndexError" in runs._repr_html_()


def test_the_solution_of_a_module_runs_under_the_name_of_its_file(finished: OpenCompetition, tmp_path: Path) -> None:
    with imported_file(tmp_path / "tiny_images.py") as module:
        runs = finished.run(module.TinyImages(side=8))
    assert runs.table.loc[0, ["solution", "status"]].tolist() == ["tiny_images(side=8)", "scored"]


def test_the_leaderboard_is_that_of_the_command(finished: OpenCompetition) -> None:
    board, printed = finished.leaderboard(every=True), command(finished, "leaderboard")["leaderboards"]
    for task in ("retrieval", "recognition"):
        rows = board.table[board.table["task"] == task]
        assert {row["identity"] for row in printed[task]} <= set(rows["identity"])
        for row in (row for row in printed[task] if row["status"] == "scored"):
            assert rows.loc[rows["entry_id"] == row["entry_id"], "score_all"].tolist() == [row["score_all"]]
    assert "mAP@100" in repr(board)
    assert finished.leaderboard("recognition").table["solution"].tolist() == ["most_frequent"]


def test_the_comparison_is_that_of_the_command(finished: OpenCompetition) -> None:
    comparison, printed = finished.compare(*RETRIEVAL), command(finished, "compare", *RETRIEVAL)
    assert dict(zip(comparison.table["solution"], comparison.table["score"], strict=True)) == printed["scores"]
    assert comparison.pairs.loc[0, "p_holm"] == printed["pairs"][0]["p_holm"]
    assert comparison.queries["id"].tolist() == [query["id"] for query in printed["pairs"][0]["queries"]]
    with pytest.raises(HarnessError, match="name two or more"):
        finished.compare("first_images")


def test_the_marks_of_a_ranking_give_the_scores_of_its_entry(finished: OpenCompetition) -> None:
    answer = finished.answer(RETRIEVAL[0])
    listed = answer.table.dropna()
    assert set(listed["id"]) == set(answer.values)
    for query, rows in listed.groupby("id"):
        hits, missed = rows["right"].to_numpy(bool), len(answer.relevant[query]) - rows["right"].sum()
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        assert answer.values[query] == pytest.approx((precision * hits).sum() / (hits.sum() + missed))
    lowest = min(answer.values.values())
    assert answer.values[str(answer.worst(1).table.loc[0, "id"])] == lowest


def test_an_answer_shows_pictures_of_one_query(finished: OpenCompetition) -> None:
    for name in ("first_images", "most_frequent"):
        answer = finished.answer(name)
        query = answer.table["id"].iloc[-1]
        view = answer[query]
        assert len(view) == 1
        assert query in repr(view)
        assert view._repr_html_().count("data:image/jpeg;base64,") > 2
    labels = finished.answer("most_frequent")
    assert all(map(isfinite, labels.values.values()))
    assert "Place_0 (" in repr(labels)
    with pytest.raises(SubmissionError, match="is not a query"):
        answer["nobody"]
    with pytest.raises(HarnessError, match="'#999' is no entry on the test images"):
        finished.answer("#999")
    with pytest.raises(HarnessError, match="has no entry"):
        finished.answer("dft")


def test_a_data_frame_scores_like_the_file_of_the_entry(finished: OpenCompetition) -> None:
    frame = finished.submission(RETRIEVAL[1])
    scores = finished.score(frame)
    entry = command(finished, "leaderboard")["leaderboards"]["retrieval"][0]
    assert scores.score("map@100", "public") == entry["score_public"]
    assert scores.score("map@100") == entry["score_all"]
    table = scores.table.set_index(["part", "metric"])
    low, score, high = table.loc[("all", "map@100"), ["low", "score", "high"]]
    assert low <= score <= high
    assert "the DataFrame, retrieval" in repr(scores)
    with pytest.raises(HarnessError, match="no score 'mop'"):
        scores.score("mop")


def test_lists_of_ids_are_cells_too(finished: OpenCompetition) -> None:
    frame = finished.submission(RETRIEVAL[1])
    lists = frame.assign(images=frame["images"].str.split())
    assert finished.score(lists).score("map@100") == finished.score(frame).score("map@100")


def test_faults_of_a_data_frame_name_it_and_no_temporary_file(finished: OpenCompetition) -> None:
    frame = finished.submission(RETRIEVAL[1])
    assert finished.validate(frame).valid
    faulty = finished.validate(frame.iloc[1:])
    assert not faulty.valid
    assert not faulty.accepted
    assert faulty.table.loc[0, "kind"] == "missing query"
    assert "the DataFrame" in repr(faulty)
    with pytest.raises(SubmissionError, match="^the DataFrame") as refusal:
        finished.score(frame.assign(id="nobody"))
    assert str(refusal.value).isprintable()
    with pytest.raises(SubmissionError, match="a path or a DataFrame, not a int"):
        finished.score(3)


def test_a_written_submission_has_the_score_of_its_entry(finished: OpenCompetition, tmp_path: Path) -> None:
    written = finished.submit(RETRIEVAL[1], out=tmp_path / "submission.csv")
    assert written.provenance.exists()
    assert "kaggle competitions submit" in repr(written)
    assert finished.score(written.path).score("map@100") == written.entry.score("all")
    queries = finished.read().queries.ids
    assert read_submission(written.path, queries).answered.sum() == written.entry.coverage.answered
    with pytest.raises(HarnessError, match="not both"):
        finished.submit("hash", best="public", out=tmp_path / "other.csv")
    for best_rule, message in (("publc", "best='publc': must be 'public' or 'folds'"), (None, "or use best='public'")):
        with pytest.raises(HarnessError, match=message):
            finished.submit(best=best_rule, out=tmp_path / "other.csv")  # type: ignore[arg-type]
    best = finished.submit(best="public", task="retrieval", out=tmp_path / "best.csv")
    assert best.reason == "best public score"


def test_descriptors_have_one_row_an_image(finished: OpenCompetition, tmp_path: Path) -> None:
    with imported_file(tmp_path / "thumbnails_of_a_test.py") as module:
        ids, vectors = finished.describe(module.Thumbnail(side=4), "test")
    assert ids.tolist() == finished.images("test")["id"].tolist()
    assert vectors.shape == (len(ids), 16)
    with pytest.raises(HarnessError, match="'nearest' is no extractor"):
        finished.describe("nearest")
    with pytest.raises(HarnessError, match="no images of 'private'"):
        finished.describe("SquareExtractor", "private")


def test_a_search_of_parameters_is_that_of_the_command(finished: OpenCompetition) -> None:
    pytest.importorskip("optuna")
    tuning = finished.tune("hash", trials=2, only=["kind"], folds=2)
    printed = command(finished, "tune", "hash", "--trials", 2, "--only", "kind", "--folds", 2)
    assert tuning.table["score"].tolist() == [trial["score"] for trial in printed["trials"]]
    assert tuning.best == printed["best"]
    assert tuning.nested[0] == printed["nested"]["score"]
    assert "the defaults" in repr(tuning)
    with pytest.raises(DataError, match="has 2 folds already"):
        finished.tune("hash", folds=3)


def test_a_competition_shows_pictures_of_each_part(finished: OpenCompetition) -> None:
    assert "train" in repr(finished)
    assert finished.tasks == ("retrieval", "recognition")
    assert finished._repr_html_().count("data:image/jpeg") == 18
    images = finished.images("train")
    assert list(images) == ["id", "file", "landmark_id"]
    assert all(Path(file).exists() for file in images["file"])


def test_errors_are_one_line_and_of_one_base(finished: OpenCompetition, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        open_competition(tmp_path / "nowhere", tmp_path / "w")
    with pytest.raises(SolutionError, match="did you mean 'hash'"):
        finished.run("hsah")
    with pytest.raises(HarnessError, match="cannot be read"):
        finished.validate(tmp_path / "nothing.csv").report.lines()
        finished.score(tmp_path / "nothing.csv")
    for call in (finished.run, finished.leaderboard, finished.submit):
        with pytest.raises(HarnessError, match="'detection' is no task"):
            call(task="detection")
    with pytest.raises(HarnessError, match="trials=0: must be at least 1"):
        finished.tune("hash", trials=0)
    with pytest.raises(HarnessError, match="memory_mb='4GB': must be a number above 0"):
        open_competition(finished.folder, tmp_path / "w", memory_mb="4GB")  # type: ignore[arg-type]
    damaged = open_competition(finished.folder, tmp_path / "damaged")
    damaged.workspace.database.write_bytes(b"no database" * 100)
    with pytest.raises(HarnessError) as error:
        damaged.leaderboard()
    assert "\n" not in str(error.value)


def test_a_made_competition_is_open(tmp_path: Path) -> None:
    made = make_competition(tmp_path / "made", tmp_path / "workspace", landmarks=1, jobs=1)
    assert made.tasks == ("retrieval", "recognition")
    with pytest.raises(DataError):
        make_competition(finished_folder := tmp_path, landmarks=1)
    assert finished_folder.exists()


def test_solutions_are_a_table(tmp_path: Path) -> None:
    table = solutions(tmp_path / "workspace").set_index("name")
    assert table.loc["hash", "task"] == "retrieval"


def test_runs_on_some_queries_with_several_seeds_and_from_a_file(finished: OpenCompetition, tmp_path: Path) -> None:
    (tmp_path / "v.toml").write_text('[[run]]\nsolution = "first_images"\nname = "baseline"\nseeds = 2\n')
    table = finished.run(tmp_path / "v.toml", limit=2, jobs=2).table
    assert table["variant"].tolist() == ["baseline"] * 2
    assert table["seed"].tolist() == [0, 1]
    n_queries = len(finished.read().queries)
    assert set(table["split"]) == {f"2 of {n_queries} test queries"}
    assert "first_images" in finished.leaderboard("retrieval").table["solution"].tolist()
    assert 2 not in finished.leaderboard("retrieval").table["queries"].tolist(), "a sample is on no board of all"
    board = finished.leaderboard("retrieval")
    ((key, rows),) = board.samples.items()
    assert key == ("retrieval", table["split"][0])
    assert [row.seeds for row in rows] == [2]
    assert f"retrieval, {table['split'][0]}: mAP@100" in repr(board)


def test_what_the_budget_left_undone_is_a_note(finished: OpenCompetition) -> None:
    runs = finished.run("hash(threshold=3)", budget=0.01)
    assert [run.identity for run in runs.unfinished] == ["hash(threshold=3)"]
    assert not len(runs.table)
    assert "did not end within the budget" in repr(runs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0}, "limit=0: must be at least 1"),
        ({"seeds": 0}, "seeds=0: must be at least 1"),
        ({"budget": "soon"}, "'soon' is no duration"),
        ({"budget": float("nan")}, "budget=nan: must be a duration"),
        ({"limit": 2, "folds": True}, "folds=True does not use them; leave out one of them"),
        ({"limit": "a lot"}, "limit='a lot': must be a whole number"),
        ({"jobs": True}, "jobs=True: must be a whole number"),
    ],
)
def test_options_of_a_run_that_make_no_sense_are_refused(
    finished: OpenCompetition, options: dict[str, object], message: str
) -> None:
    with pytest.raises(HarnessError, match=message):
        finished.run("first_images", **options)
