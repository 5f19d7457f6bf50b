"""The flow on a benchmark of complete rankings: check, run, board, compare, plot, submit, validate, fix, pages.

Subjects: `harness.data.complete_ground_truth`, `harness.comparing.boards` and `harness.scoring.reported_metric`.
"""

from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from harness.data.check import check_competition
from harness.data.competition import Competition
from harness.submissions.repair.rewrite import repair_file
from harness.submissions.validation.validate import validate
from harness.web.app import create_app
from harness.workspace import Workspace
from leaderboard import Entry
from tests.cli import error_of, run_command
from tests.factories.competitions import random_photo, save_image, write_table
from tests.factories.entries import EntryFactory
from tests.factories.runs import make_runner, run_solutions

N_INDEX = 110
INDEX = [f"i{number:03}" for number in range(N_INDEX)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A revisited benchmark of three queries: without hard images, without easy ones, and with both."""
    folder = tmp_path / "roxford"
    folder.mkdir()
    write_table(folder / "test.csv", "id", [(query,) for query in "qrs"])
    write_table(folder / "index.csv", "id", [(image,) for image in INDEX])
    rows = [("q", "i000", "", "i001"), ("r", "", "i002", ""), ("s", "i003", "i105", "i004")]
    write_table(folder / "retrieval_solution.csv", "id,easy,hard,ignored", rows)
    for number, name in enumerate([*(f"test/{query}" for query in "qrs"), *(f"index/{image}" for image in INDEX)]):
        save_image(folder / f"{name}.jpg", random_photo(None, number, 8))
    return folder


@pytest.fixture
def factory(folder: Path, workspace: Path) -> EntryFactory:
    return EntryFactory(folder, Workspace.open(workspace))


@pytest.fixture
def entries(factory: EntryFactory) -> list[Entry]:
    """An entry that ranks in index order, and one in the reverse order."""
    return [
        factory.add_ranking("forwards", dict.fromkeys("qrs", INDEX)),
        factory.add_ranking("backwards", dict.fromkeys("qrs", INDEX[::-1])),
    ]


def submission(path: Path, length: int) -> Path:
    path.write_text("id,images\n" + "".join(f"{query},{' '.join(INDEX[:length])}\n" for query in "qrs"))
    return path


def test_the_folder_is_faultless_and_its_key_depends_on_the_ground_truth(folder: Path, tmp_path: Path) -> None:
    assert check_competition(folder) == []
    before = Competition.open(folder, tmp_path).key
    write_table(folder / "retrieval_solution.csv", "id,easy,hard,ignored", [("q", "i000", "", "i001")])
    assert Competition.open(folder, tmp_path).key != before


def test_an_index_that_holds_the_queries_is_faultless_only_for_complete_rankings(folder: Path) -> None:
    write_table(folder / "test.csv", "id", [("i000",)])
    save_image(folder / "test" / "i000.jpg", random_photo(None, 1, 8))
    write_table(folder / "retrieval_solution.csv", "id,images,ignored", [("i000", "i001", "i000")])
    assert check_competition(folder) == []
    write_table(folder / "retrieval_solution.csv", "id,images", [("i000", "i001")])
    assert "ids that are in both" in str(check_competition(folder)[0])


@pytest.mark.usefixtures("workspace")
def test_a_run_writes_complete_rankings_and_is_scored_by_each_protocol(folder: Path) -> None:
    (result,) = run_solutions(make_runner(folder), "first_images(length=2)")
    entry = result.entry
    assert (entry.status, entry.metric) == ("scored", "map_medium")
    assert entry.score("all", "map_easy") == pytest.approx((1 + (0 + 1 / 4) / 2) / 2)
    lines = Path(entry.submission or "").read_text().splitlines()[1:]
    assert [line.partition(",")[2].split() for line in lines] == [INDEX] * 3


def test_boards_rank_by_the_metric_that_is_named(folder: Path, entries: list[Entry]) -> None:
    del entries
    assert "mAP M" in run_command("leaderboard", "--on", folder).stdout
    by_hard = run_command("leaderboard", "--on", folder, "--metric", "map-h", "--format", "csv").stdout.splitlines()
    assert [line.split(",")[3] for line in by_hard[1:]] == ["forwards", "backwards"]
    message = error_of("leaderboard", "--on", folder, "--metric", "mAP")
    assert "choose one of mAP M, mAP H, mAP E, mP@1 M" in message


def test_a_comparison_says_how_many_queries_count_in_a_protocol(folder: Path, entries: list[Entry]) -> None:
    del entries
    text = run_command("compare", "forwards", "backwards", "--on", folder, "--metric", "mAP H").stdout
    assert "mAP H ↑, 2 of 3 queries (all)" in text
    assert "wins 1, ties 0, losses 1" in text
    by_medium = run_command("compare", "forwards", "backwards", "--on", folder).stdout
    assert "mAP M ↑, 3 queries (all)" in by_medium


@pytest.mark.parametrize(("kind", "metric"), [("precision-recall", "mAP H"), ("board", "mP@10 M")])
def test_figures_are_drawn_by_a_protocol(
    folder: Path, entries: list[Entry], tmp_path: Path, kind: str, metric: str
) -> None:
    del entries
    out = tmp_path / "figure.svg"
    result = run_command("plot", kind, "--on", folder, "--metric", metric, "--out", out)
    assert result.exception is None
    assert out.stat().st_size > 1000


def test_validation_knows_complete_rankings(folder: Path, tmp_path: Path) -> None:
    assert validate(submission(tmp_path / "all.csv", N_INDEX), folder).faults == []
    (fault,) = validate(submission(tmp_path / "cut.csv", 100), folder).faults
    assert (
        fault.description == "rankings that lack index images: 3, first 'q ranks 100 of 110 index images: 10 missing'"
    )
    assert fault.location == "line 2, column 2"


def test_a_repair_cuts_nothing(folder: Path, tmp_path: Path) -> None:
    path, out = submission(tmp_path / "all.csv", N_INDEX), tmp_path / "out.csv"
    path.write_text(path.read_text().replace("i001 ", "i001 i001  unknown ", 1))
    result = repair_file(path, out, folder)
    assert result.after.faults == []
    assert out.read_text() == submission(tmp_path / "right.csv", N_INDEX).read_text()


def test_a_blend_ranks_the_whole_index(folder: Path, workspace: Path, tmp_path: Path) -> None:
    del workspace
    one, other = (submission(tmp_path / f"{name}.csv", N_INDEX) for name in ("one", "other"))
    assert run_command("blend", one, other, "--on", folder, "--out", tmp_path / "blend.csv").exception is None
    assert (tmp_path / "blend.csv").read_text() == one.read_text()
    cut = submission(tmp_path / "cut.csv", 100)
    message = error_of("blend", cut, cut, "--weights", "1,2", "--on", folder, "--out", tmp_path / "blend2.csv")
    assert "because it would be rejected" in message


def test_what_if_and_a_cut_file_are_refused_in_one_line(folder: Path, workspace: Path, tmp_path: Path) -> None:
    del workspace
    cut = submission(tmp_path / "cut.csv", 100)
    assert "rank whole collections" in error_of("what-if", cut, "--on", folder)
    assert "'q' ranks 100 of 110 index images: 10 missing" in error_of("score", cut, "--on", folder)


@pytest.fixture
def client(factory: EntryFactory, entries: list[Entry]) -> TestClient:
    del entries
    app = create_app(factory.workspace, (factory.competition.folder,), hosts=["testserver"])
    return TestClient(app, raise_server_exceptions=False, follow_redirects=True)


def test_pages_show_protocols_and_junk(factory: EntryFactory, client: TestClient) -> None:
    board = client.get(f"/c/{factory.competition.key}/retrieval").text
    assert "mAP M" in board
    assert "?metric=map_hard" in board
    hard = client.get(f"/c/{factory.competition.key}/retrieval/private?metric=map_hard").text
    assert "<strong>mAP H</strong>" in hard
    entry = client.get("/e/1").text
    assert all(label in entry for label in ("mAP E", "mAP M", "mAP H", "mP@10 H"))
    assert "What if" not in entry
    assert client.get("/e/1/what-if").status_code == 404
    query = client.get("/e/1/queries/s").text
    assert "AP M" in query
    assert "relevant, missed ones first" in query
    assert query.count('class="judged ignored"') == 1
    assert client.get("/e/1/queries?against=2&sort=difference").status_code == 200


def test_a_benchmark_that_does_not_fit_into_memory_is_refused_before_it_runs(
    folder: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del workspace
    monkeypatch.setattr("harness.submissions.list_length.MAX_PLACES", 300)
    assert "have 330 places; at most 300 are possible" in error_of("run", "first_images", "--on", folder)


def test_a_competition_without_labels_leaves_out_solutions_that_need_them(folder: Path, workspace: Path) -> None:
    del workspace
    from harness.running.selection import select_variants

    lines: list[str] = []
    chosen = select_variants([], make_runner(folder), "retrieval", lines.append)
    assert "transfer_clustering (no labelled train images)" in lines[0]
    assert "transfer_clustering" not in [variant.spec for variant in chosen]
    assert len(chosen) > 5


def test_numbers_of_other_images_never_collide_with_those_of_the_truth(factory: EntryFactory) -> None:
    orders = np.random.default_rng(2).permuted(np.tile(np.arange(N_INDEX), (2, 1)), axis=1)
    scores = [factory.add_ranking("any", {"q": [INDEX[place] for place in order]}).scores["all"] for order in orders]
    ranks = [
        int(np.flatnonzero(order == 0)[0]) - (order[: np.flatnonzero(order == 0)[0]] == 1).sum() for order in orders
    ]
    expected = [((0 if rank else 1) + 1 / (rank + 1)) / 2 / 2 for rank in ranks]
    assert [score["map_easy"] for score in scores] == pytest.approx(expected)
