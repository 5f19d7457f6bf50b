import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.main import app
from harness.errors import HarnessError
from harness.solution import registry as plugins
from harness.solution.registry import known_solutions
from tests.factories.competitions import make_competition
from tests.factories.solutions import write_obedient


def landmark(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def process(*words: object) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("landmark")), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; from harness.cli import main; print([m for m in ('numpy','pandas','numba','sqlalchemy','PIL') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
    shown = process("--help")
    assert shown.returncode == 0
    assert all(word in shown.stdout for word in ("run", "score", "submit", "split", "leaderboard", "solutions", "data"))


def test_version_is_printed() -> None:
    assert landmark("--version").output.startswith("landmark 0")


@pytest.mark.usefixtures("workspace")
def test_run_prints_a_line_for_each_result_and_the_leaderboard_ranks_them(competition_folder: Path) -> None:
    ran = landmark("run", "first_images", "most_frequent", "--on", competition_folder)
    assert ran.exit_code == 0
    assert "first_images, test: map@100 public 0." in ran.output
    assert "most_frequent, test: gap public 0." in ran.output
    board = landmark("leaderboard", "--on", competition_folder, "--format", "markdown")
    assert r"| first\_images |" in board.output
    assert r"| most\_frequent |" in board.output


@pytest.mark.usefixtures("workspace")
def test_without_names_every_solution_of_the_task_is_run(
    competition_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {
        name: each for name, each in known_solutions().items() if name in ("first_images", "hash", "most_frequent")
    }
    monkeypatch.setattr(plugins, "known_solutions", lambda register: known)
    ran = landmark("run", "--task", "retrieval", "--on", competition_folder)
    assert ran.exit_code == 0
    assert "first_images, test" in ran.output
    assert "hash, test" in ran.output
    assert "most_frequent" not in ran.output


@pytest.mark.usefixtures("workspace")
def test_json_is_one_document_and_nothing_else(competition_folder: Path, tmp_path: Path) -> None:
    ran = json.loads(landmark("run", "first_images", "--on", competition_folder, "--json").stdout)
    assert ran["runs"][0]["identity"] == "first_images"
    board = json.loads(landmark("leaderboard", "--on", competition_folder, "--json").stdout)
    assert board["leaderboards"]["retrieval"][0]["solution"] == "first_images"
    listed = json.loads(landmark("solutions", "--json").stdout)
    assert {"hash", "mean_hash", "first_images", "most_frequent"} <= {each["name"] for each in listed}
    out = tmp_path / "submission.csv"
    assert landmark("submit", "first_images", "--on", competition_folder, "--out", out).exit_code == 0
    scored = json.loads(landmark("score", out, "--on", competition_folder, "--json").stdout)
    assert scored["task"] == "retrieval"
    assert set(scored["scores"]) == {"all", "public", "private"}
    assert scored["scores"]["all"]["map@100"] == ran["runs"][0]["scores"]["all"]["map@100"]


@pytest.mark.usefixtures("workspace")
def test_a_failed_run_ends_with_exit_code_1_and_a_row(competition_folder: Path, tmp_path: Path) -> None:
    ran = landmark("run", f"{write_obedient(tmp_path)}(do='raise')", "--on", competition_folder)
    assert ran.exit_code == 1
    assert "FAILED: IndexError" in ran.output


@pytest.mark.usefixtures("workspace")
def test_folds_are_made_run_and_averaged(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    split = landmark("split", folder, "--folds", 3)
    assert split.exit_code == 0
    assert "fold 3/3" in split.output
    ran = landmark("run", "first_images", "--on", folder, "--folds")
    assert "mean and standard deviation of 3 of 3 folds" in ran.output
    board = landmark("leaderboard", "--on", folder, "--folds", "--format", "csv")
    assert "first_images" in board.output


@pytest.mark.usefixtures("workspace")
def test_score_prints_every_metric(competition_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "submission.csv"
    landmark("submit", "most_frequent", "--on", competition_folder, "--out", out)
    shown = landmark("score", out, "--on", competition_folder)
    assert "gap" in shown.output
    assert "top1_accuracy" in shown.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "hahs"), "did you mean 'hash'"),
        (("run", "hash(kid='dct')"), "did you mean 'kind'"),
        (("run", "hash(kind='sct')"), "kind='sct' is not allowed"),
        (("run", "hash(kind=open('x'))"), "plain values"),
        (("run", "hash", "--memory-limit", "many"), "is no size"),
        (("score", "no_such_file.csv"), "no_such_file.csv"),
        (("submit", "first_images", "--out", "no/such/folder/x.csv"), "no such folder"),
    ],
)
@pytest.mark.usefixtures("workspace")
def test_mistakes_are_one_line_with_the_remedy(
    competition_folder: Path, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = landmark(*words, "--on", competition_folder)
    assert ran.exit_code in (1, 2)
    assert message in ran.output + str(ran.exception)
    assert ran.exit_code == 2 or isinstance(ran.exception, HarnessError)


def test_a_mistake_ends_the_process_with_code_1_and_one_line(tmp_path: Path) -> None:
    ended = process("run", "hash", "--on", tmp_path / "nowhere", "--workspace", tmp_path / "w")
    assert ended.returncode == 1
    assert ended.stderr == f"error: {tmp_path}/nowhere: there is no such folder\n"
    assert process("run", "hash").returncode == 2


def test_a_workspace_that_cannot_be_used_is_named(competition_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    ended = process("run", "first_images", "--on", competition_folder, "--workspace", file)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: {file}: cannot be used as workspace: ")
    old = tmp_path / "old"
    old.mkdir()
    (old / "workspace.json").write_text('{"format": 0}')
    ended = process("run", "first_images", "--on", competition_folder, "--workspace", old)
    assert "was made by another version of landmark" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.usefixtures("workspace")
def test_solutions_shows_parameters_and_the_source() -> None:
    shown = landmark("solutions", "hash").output
    assert "threshold = None    int | None  # bits" in shown
    assert "K. E. Odoh" in shown


@pytest.mark.usefixtures("workspace")
def test_a_solution_can_be_added_and_checked(tmp_path: Path) -> None:
    path = write_obedient(tmp_path)
    assert landmark("solutions", "add", path).exit_code == 0
    assert "obedient" in landmark("solutions").output
    assert landmark("solutions", "check", "obedient").exit_code == 0
    assert landmark("solutions", "check", "obedient(do='twice')").exit_code == 1


@pytest.mark.usefixtures("workspace")
def test_a_plug_in_that_cannot_be_imported_is_one_line_of_the_listing(tmp_path: Path) -> None:
    path = write_obedient(tmp_path)
    landmark("solutions", "add", path)
    path.write_text("import no_such_module\n")
    shown = landmark("solutions")
    assert shown.exit_code == 0
    (line,) = [line for line in shown.output.splitlines() if line.startswith("obedient")]
    assert "line 1 cannot be imported: ModuleNotFoundError" in line


def test_data_make_and_check(tmp_path: Path) -> None:
    folder = tmp_path / "drawn"
    assert landmark("data", "make", folder, "--landmarks", 2, "--seed", 3).exit_code == 0
    assert "nothing is wrong" in landmark("data", "check", folder).output
    next((folder / "index").rglob("*.jpg")).write_bytes(b"broken")
    checked = landmark("data", "check", folder)
    assert checked.exit_code == 1
    assert "1 images that cannot be decoded" in checked.output


def test_folders_of_photos_are_laid_out_as_a_competition(tmp_path: Path, competition_folder: Path) -> None:
    for number, photo in enumerate(sorted(competition_folder.glob("*.jpg"))[:16]):
        target = tmp_path / "photos" / f"place {number % 2}" / f"IMG {number}.JPG"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(photo.read_bytes())
    laid = landmark("data", "import-folders", tmp_path / "photos", tmp_path / "laid")
    assert laid.exit_code == 0
    assert "4 train, 8 index, 4 test images" in laid.output
    assert "nothing is wrong" in landmark("data", "check", tmp_path / "laid").output


@pytest.mark.usefixtures("workspace")
def test_another_deal_of_folds_is_another_leaderboard(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    for seed, names in ((1, ["first_images", "hash"]), (2, ["first_images"])):
        landmark("split", folder, "--folds", 2, "--seed", seed)
        assert landmark("run", *names, "--on", folder, "--folds").exit_code == 0
    board = json.loads(landmark("leaderboard", "--folds", "--on", folder, "--json").stdout)
    assert [row["identity"] for row in board["leaderboards"]["retrieval"]] == ["first_images"]


@pytest.mark.usefixtures("workspace")
def test_where_nothing_can_be_run_that_is_an_error(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "nothing", train=0, index=0)
    ran = landmark("run", "--on", folder)
    assert ran.exit_code == 1
    assert "there is nothing to run" in str(ran.exception)


@pytest.mark.usefixtures("workspace")
def test_options_before_the_name_of_a_solution_count_for_it(tmp_path: Path) -> None:
    assert json.loads(landmark("solutions", "--json", "hash").stdout)["name"] == "hash"
    path = write_obedient(tmp_path)
    landmark("solutions", "--workspace", tmp_path / "other", "add", path)
    assert "obedient" not in landmark("solutions").output
    assert "obedient" in landmark("solutions", "--workspace", tmp_path / "other").output


def test_scoring_needs_no_workspace(competition_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "never made"))
    (tmp_path / "s.csv").write_text("id,images\n")
    assert landmark("score", tmp_path / "s.csv", "--on", competition_folder).exit_code == 0
    assert not (tmp_path / "never made").exists()
