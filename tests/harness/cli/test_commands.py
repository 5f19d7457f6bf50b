"""Tests of several commands together.

They are `harness.cli.run`, `harness.cli.leaderboard`, `harness.cli.solutions`, `harness.cli.data`, `harness.cli.split`,
`harness.cli.main`, `harness.cli._open`, `harness.cli._options` and `harness.cli._output`; `harness.running.batch`
and `harness.running.selection`.
"""

import json
import os
from pathlib import Path

import pytest

from harness.cli import main
from harness.errors import HarnessError
from harness.solution.registry import available_solutions
from harness.workspace import Workspace
from tests.cli import error_of, modules_after, run_command, run_process
from tests.factories.competitions import make_competition
from tests.factories.solutions import write_obedient

pytestmark = pytest.mark.usefixtures("runs_in_this_process")


def test_an_error_is_one_line_without_long_words_and_passwords(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise HarnessError(f"no {'a' * 5000}\nat http://ann:secret@host")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit, match="1"):
        main.main()
    line = capsys.readouterr().err
    assert line.startswith("error: no aaa")
    assert line.endswith("a… at http://***@host\n")
    assert len(line) < 600


def test_the_line_before_runs_shortens_a_name(competition_folder: Path, workspace: Path) -> None:
    result = run_command("run", "a" * 5000, "--on", competition_folder, "--workspace", workspace)
    assert len(result.stdout) < 500
    assert len(str(result.exception)) < 1000


def test_help_imports_no_heavy_dependency() -> None:
    heavy = modules_after("from harness.cli import main")
    assert not heavy & {"numpy", "pandas", "numba", "sqlalchemy", "PIL"}
    result = run_process("--help")
    assert result.returncode == 0
    assert all(
        word in result.stdout for word in ("run", "score", "submit", "split", "leaderboard", "solutions", "data")
    )


def test_version_is_printed() -> None:
    assert run_command("--version").output.startswith("landmark 0")


@pytest.mark.usefixtures("workspace")
def test_run_prints_each_result_and_the_leaderboard_ranks_them(competition_folder: Path) -> None:
    ran = run_command("run", "first_images", "most_frequent", "--on", competition_folder)
    assert ran.exit_code == 0
    assert "first_images: mAP@100 public 0." in ran.output
    assert "most_frequent: GAP public 0." in ran.output
    board = run_command("leaderboard", "--on", competition_folder, "--format", "markdown")
    assert r"| first\_images |" in board.output
    assert r"| most\_frequent |" in board.output


@pytest.mark.usefixtures("workspace")
def test_a_run_on_the_cpu_says_so_in_the_leaderboard(competition_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_DEVICE", "auto")  # and restore it
    assert run_command("run", "first_images", "--on", competition_folder, "--device", "cpu").exit_code == 0
    assert os.environ["LANDMARK_DEVICE"] == "cpu"
    board = json.loads(run_command("leaderboard", "--on", competition_folder, "--json").output)
    assert [row["device"] for row in board["leaderboards"]["retrieval"]] == ["cpu"]


@pytest.mark.parametrize("command", ["run", "tune", "ablate"])
def test_a_device_that_does_not_exist_is_refused_before_anything_runs(
    competition_folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("harness.device.cuda_devices", tuple)
    for name, reason in (("cuda:0", "cuda:0: no such device"), ("tpu", "'tpu' is not a device")):
        assert reason in error_of(command, "hash", "--on", competition_folder, "--device", name)
    assert "LANDMARK_DEVICE" not in os.environ


@pytest.mark.usefixtures("workspace")
def test_without_names_every_solution_of_the_task_is_run(
    competition_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {
        name: each for name, each in available_solutions().items() if name in ("first_images", "hash", "most_frequent")
    }
    monkeypatch.setattr("harness.running.selection.available_solutions", lambda register: known)
    ran = run_command("run", "--task", "retrieval", "--on", competition_folder)
    assert ran.exit_code == 0
    assert "first_images: " in ran.output
    assert "hash: " in ran.output
    assert "most_frequent" not in ran.output


@pytest.mark.usefixtures("workspace")
def test_one_line_names_all_solutions_that_are_left_out(
    competition_folder: Path, tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        write_obedient(tmp_path).read_text().replace("    chunk = 2\n", "    chunk = 2\n    modules = ('no_such',)\n")
    )
    for name, text in (("needy", source), ("faulty", "import no_such_module\n")):
        (tmp_path / f"{name}.py").write_text(text)
    files = {name: str(tmp_path / f"{name}.py") for name in ("needy", "faulty")}
    register = Workspace.open(workspace).register
    register.write_text(json.dumps(files))
    chosen = (*files, "first_images", "embeddings", "embeddings_recognition", "most_frequent")
    known = {name: each for name, each in available_solutions(register).items() if name in chosen}
    monkeypatch.setattr("harness.running.selection.available_solutions", lambda _: known)
    ran = run_command("run", "--task", "retrieval", "--on", competition_folder)
    assert ran.exit_code == 0
    assert ran.stderr == (
        "left out: embeddings (no value for name); needy (not installed: no_such); "
        "faulty (fails; landmark run NAME says why)\n"
    )


@pytest.mark.usefixtures("workspace")
def test_json_is_one_document(competition_folder: Path, tmp_path: Path) -> None:
    ran = json.loads(run_command("run", "first_images", "--on", competition_folder, "--json").stdout)
    assert (ran["runs"][0]["identity"], ran["runs"][0]["device"]) == ("first_images", "cpu")
    board = json.loads(run_command("leaderboard", "--on", competition_folder, "--json").stdout)
    assert board["leaderboards"]["retrieval"][0]["solution"] == "first_images"
    listed = json.loads(run_command("solutions", "--json").stdout)
    assert {"hash", "mean_hash", "first_images", "most_frequent"} <= {each["name"] for each in listed}
    out = tmp_path / "submission.csv"
    assert run_command("submit", "first_images", "--on", competition_folder, "--out", out).exit_code == 0
    scored = json.loads(run_command("score", out, "--on", competition_folder, "--json").stdout)
    assert scored["task"] == "retrieval"
    assert set(scored["scores"]) == {"all", "public", "private"}
    assert scored["scores"]["all"]["map@100"] == ran["runs"][0]["scores"]["all"]["map@100"]


@pytest.mark.usefixtures("workspace")
def test_a_failed_run_ends_with_exit_code_1_and_a_row(competition_folder: Path, tmp_path: Path) -> None:
    ran = run_command("run", f"{write_obedient(tmp_path)}(do='raise')", "--on", competition_folder)
    assert ran.exit_code == 1
    assert "FAILED: IndexError" in ran.output


@pytest.mark.usefixtures("workspace")
def test_folds_are_created_run_and_averaged(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    split = run_command("split", folder, "--folds", 3)
    assert split.exit_code == 0
    assert "fold 3/3" in split.output
    ran = run_command("run", "first_images", "--on", folder, "--folds")
    assert "mean and standard deviation of 3 of 3 folds" in ran.output
    board = run_command("leaderboard", "--on", folder, "--folds", "--format", "csv")
    assert "first_images" in board.output


@pytest.mark.usefixtures("workspace")
def test_score_prints_every_metric(competition_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "submission.csv"
    run_command("submit", "most_frequent", "--on", competition_folder, "--out", out)
    result = run_command("score", out, "--on", competition_folder)
    assert "GAP" in result.output
    assert "top1 accuracy" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "hahs"), "did you mean 'hash'"),
        (("run", "hash(kid='dct')"), "did you mean 'kind'"),
        (("run", "hash(kind='sct')"), "did you mean 'dct'"),
        (("run", "hash(kind=open('x'))"), "plain values"),
        (("run", "hash", "--memory-limit", "many"), "is not a size"),
        (("score", "no_such_file.csv"), "no_such_file.csv"),
        (("submit", "first_images", "--out", "no/such/folder/x.csv"), "no such folder"),
    ],
)
@pytest.mark.usefixtures("workspace")
def test_errors_are_one_line_with_the_remedy(
    competition_folder: Path, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run_command(*words, "--on", competition_folder)
    assert ran.exit_code in (1, 2)
    assert message in ran.output + str(ran.exception)
    assert ran.exit_code == 2 or isinstance(ran.exception, HarnessError)


def test_an_error_ends_the_process_with_code_1_and_one_line(tmp_path: Path) -> None:
    result = run_process("run", "hash", "--on", tmp_path / "nowhere", "--workspace", tmp_path / "w")
    assert result.returncode == 1
    assert result.stderr == f"error: {tmp_path}/nowhere: there is no such folder\n"
    assert run_process("run", "hash").returncode == 2


def test_a_workspace_that_cannot_be_used_is_named(competition_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    result = run_process("run", "first_images", "--on", competition_folder, "--workspace", file)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: {file}: cannot be used as workspace: ")
    old = tmp_path / "old"
    old.mkdir()
    (old / "workspace.json").write_text('{"format": 0}')
    result = run_process("run", "first_images", "--on", competition_folder, "--workspace", old)
    assert "was made by another version of landmark" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("workspace")
def test_solutions_prints_parameters_and_the_source() -> None:
    result = run_command("solutions", "hash").output
    assert "threshold = None    int | None  # bits" in result
    assert "K. E. Odoh" in result


@pytest.mark.usefixtures("workspace")
def test_a_solution_can_be_added_and_checked(tmp_path: Path) -> None:
    path = write_obedient(tmp_path)
    assert run_command("solutions", "add", path).exit_code == 0
    assert "obedient" in run_command("solutions").output
    assert run_command("solutions", "check", "obedient").exit_code == 0
    assert run_command("solutions", "check", "obedient(do='twice')").exit_code == 1


@pytest.mark.usefixtures("workspace")
def test_a_solution_that_cannot_be_imported_is_one_line_of_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # which pytest sets for its workers
    path = write_obedient(tmp_path)
    run_command("solutions", "add", path)
    path.write_text("import no_such_module\n")
    result = run_command("solutions")
    assert result.exit_code == 0
    (line,) = [line for line in result.output.splitlines() if line.startswith("obedient")]
    assert "line 1 cannot be imported: ModuleNotFoundError" in line


def test_a_synthetic_competition_is_written_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "drawn"
    assert run_command("data", "make", folder, "--landmarks", 2, "--seed", 3).exit_code == 0
    assert "no faults" in run_command("data", "check", folder).output
    next((folder / "index").rglob("*.jpg")).write_bytes(b"broken")
    checked = run_command("data", "check", folder)
    assert checked.exit_code == 1
    assert "1 images that cannot be decoded" in checked.output


def test_folders_of_photographs_are_imported(tmp_path: Path, competition_folder: Path) -> None:
    for number, photo in enumerate(sorted(competition_folder.glob("*.jpg"))[:16]):
        target = tmp_path / "photos" / f"place {number % 2}" / f"IMG {number}.JPG"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(photo.read_bytes())
    laid = run_command("data", "import-folders", tmp_path / "photos", tmp_path / "laid")
    assert laid.exit_code == 0
    assert "4 train, 8 index, 4 test images" in laid.output
    assert "no faults" in run_command("data", "check", tmp_path / "laid").output


@pytest.mark.usefixtures("workspace")
def test_a_new_split_starts_a_new_leaderboard(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    for seed, names in ((1, ["first_images", "hash"]), (2, ["first_images"])):
        run_command("split", folder, "--folds", 2, "--seed", seed)
        assert run_command("run", *names, "--on", folder, "--folds").exit_code == 0
    board = json.loads(run_command("leaderboard", "--folds", "--on", folder, "--json").stdout)
    assert [row["identity"] for row in board["leaderboards"]["retrieval"]] == ["first_images"]


@pytest.mark.usefixtures("workspace")
def test_a_competition_without_tasks_is_an_error(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "nothing", train=0, index=0)
    ran = run_command("run", "--on", folder)
    assert ran.exit_code == 1
    assert "nothing to run" in str(ran.exception)


@pytest.mark.usefixtures("workspace")
def test_options_before_the_name_of_a_solution_apply_to_it(tmp_path: Path) -> None:
    assert json.loads(run_command("solutions", "--json", "hash").stdout)["name"] == "hash"
    path = write_obedient(tmp_path)
    run_command("solutions", "--workspace", tmp_path / "other", "add", path)
    assert "obedient" not in run_command("solutions").output
    assert "obedient" in run_command("solutions", "--workspace", tmp_path / "other").output


def test_scoring_needs_no_workspace(competition_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "missing"))
    (tmp_path / "s.csv").write_text("id,images\n")
    assert run_command("score", tmp_path / "s.csv", "--on", competition_folder).exit_code == 0
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("width", ["50", "80"])
def test_lists_of_solutions_fit_the_window(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    lines = [*run_command("solutions").stdout.splitlines(), *run_command("ablate").stdout.splitlines()]
    assert max(map(len, lines)) <= int(width)
    assert sum(line.startswith("first_place ") for line in lines) == 2


def test_the_sizes_of_folds_stand_under_their_headings(competition_folder: Path, tmp_path: Path) -> None:
    lines = run_command("split", competition_folder, "--folds", 2, "--workspace", tmp_path).stdout.splitlines()
    assert len({len(line) for line in lines[:4]}) == 1
    assert len(lines[0]) <= 80
