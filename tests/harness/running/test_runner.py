"""Tests of `harness.running.runner` and of what runs in its processes.

Subjects: `harness.running.execution`, `harness.running.local_processes`, `harness.running.outcome`,
`harness.running.planned_run`, `harness.running.resource_usage`, `harness.running.job_execution`,
`harness.running.versions` and `harness.running.worker`.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import psutil
import pytest

from harness.cli._run_text import result_line
from harness.code_digest import imported_files
from harness.data.split import make_folds, save_folds
from harness.errors import DataError, SolutionError
from harness.running.local_processes import RunLimits
from harness.running.planned_run import RESULT_MODULES
from harness.running.versions import run_versions, versions
from leaderboard import Coverage
from tests.factories.competitions import image_id, image_path, make_competition, save_image
from tests.factories.runs import make_runner, run_solutions
from tests.factories.solutions import write_obedient
from tests.fakes.runs import runs_here

ROOT = Path(__file__).parents[3]
UNRESTRICTED = RunLimits(sandbox="off")  # for a solution that writes a file of the test


@pytest.fixture
def obedient(tmp_path: Path) -> Path:
    return write_obedient(tmp_path)


@pytest.mark.usefixtures("workspace")
def test_a_run_is_scored_and_entered(competition_folder: Path) -> None:
    (result,) = run_solutions(make_runner(competition_folder), "first_images")
    entry = result.entry
    assert entry.status == "scored"
    assert 0 < (entry.score("all") or 0) < 1
    assert entry.coverage is not None
    assert entry.coverage.answered == 7
    names = [stage.name for stage in entry.stages]
    assert names[:4] == ["load", "fit", "rank", "write"]
    assert names[4:] in ([], ["other"])  # of a process that took long to start
    assert all(stage.peak_mb > 1 for stage in entry.stages)


@pytest.mark.usefixtures("workspace")
def test_a_failed_run_is_an_entry_with_its_reason_and_the_others_finish(
    competition_folder: Path, obedient: Path
) -> None:
    reasons = {
        "raise": r"IndexError: list index out of range \(obedient.py",
        "exit": r"it called exit\(3\)",
        "leave": "exited with code 4 without writing an outcome",
        "die": "ended by SIGKILL",
        "ask": "EOFError",
        "peek": "must not open retrieval_solution.csv",
        "fill": "/some/file: No space left on device",
        "look": "must not open leaderboard.db|unable to open database file",
        "break": "obedient.py, line",
        "spread": r"ValueError: 6 \(obedient.py",
        "nothing": "the answer is a NoneType",
        "twice": "lists an image twice",
        "beyond": "positions outside of the index",
        "others": "other ids",
    }
    specs = [f"{obedient}(do={do!r})" for do in reasons]
    results = {
        each.entry.identity: each.entry
        for each in run_solutions(make_runner(competition_folder), *specs, "first_images")
    }
    for do, reason in reasons.items():
        entry = results[f"obedient(do={do!r})"]
        assert entry.status == "failed"
        assert re.search(reason, entry.reason or ""), (do, entry.reason)
        assert "\n" not in (entry.reason or "")
    assert results["first_images"].status == "scored"


@pytest.mark.usefixtures("workspace")
def test_a_run_that_exceeds_a_limit_is_killed(competition_folder: Path, obedient: Path) -> None:
    slow = run_solutions(make_runner(competition_folder, limits=RunLimits(timeout_s=8)), f"{obedient}(do='sleep')")[0]
    assert "timed out after 8 s (--timeout)" in (slow.entry.reason or "")
    large = run_solutions(make_runner(competition_folder, limits=RunLimits(memory_mb=400)), f"{obedient}(do='grow')")[0]
    assert "more than 400 MB (--memory-limit)" in (large.entry.reason or "")


@pytest.mark.usefixtures("workspace")
def test_the_output_of_a_solution_is_in_its_log(competition_folder: Path, obedient: Path) -> None:
    (result,) = run_solutions(make_runner(competition_folder), f"{obedient}(do='raise')")
    log = Path(result.entry.log or "").read_text()
    assert "a word from fit" in log
    assert "Traceback" in log


@pytest.mark.usefixtures("workspace")
def test_a_finished_run_is_repeated_only_if_an_input_changes(competition_folder: Path, obedient: Path) -> None:
    assert run_solutions(make_runner(competition_folder), str(obedient))[0].executed
    assert not run_solutions(make_runner(competition_folder), str(obedient))[0].executed
    assert run_solutions(make_runner(competition_folder), str(obedient), seed=1)[0].executed
    obedient.write_text(obedient.read_text() + "\n# changed\n")
    assert run_solutions(make_runner(competition_folder), str(obedient))[0].executed
    image = next(competition_folder.glob("*.jpg"))
    save_image(image, np.zeros((9, 9, 3), np.uint8))
    assert run_solutions(make_runner(competition_folder), str(obedient))[0].executed


@pytest.mark.usefixtures("workspace")
def test_a_run_is_repeated_on_another_device(
    competition_folder: Path, obedient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_solutions(make_runner(competition_folder), str(obedient))[0].executed
    monkeypatch.setattr("harness.running.environment.planned_device", lambda: "cuda:0")
    for name, executed in (("NVIDIA H200", True), ("NVIDIA H200", False), ("NVIDIA L4", True)):
        monkeypatch.setattr("harness.running.environment.device_name", lambda _, name=name: name)
        assert run_solutions(make_runner(competition_folder), str(obedient))[0].executed == executed


def test_the_versions_of_a_run_name_its_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_versions() == versions()
    monkeypatch.setattr("harness.running.versions.device_report", lambda: "cuda:0 (NVIDIA H200)")
    assert run_versions() == versions() | {"device": "cuda:0 (NVIDIA H200)"}


def test_a_requirement_of_other_platforms_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ["numpy>=2", "no-such-package>=1; platform_machine == 'none'", "matplotlib; extra == 'plots'"]
    monkeypatch.setattr("harness.running.versions.requires", lambda name: needs)
    versions.cache_clear()
    try:
        assert versions().keys() == {"python", "landmark", "numpy"}
    finally:
        versions.cache_clear()


def test_pages_figures_and_commands_are_not_part_of_the_code_of_a_run() -> None:
    parts = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in imported_files(*RESULT_MODULES)}
    assert {
        "harness.solution.base",
        "harness.scoring.evaluate",
        "harness.submissions.finalise",
        "metrics.judgement",
    } <= parts
    plugin_api = {"harness.plotting.__init__", "harness.plotting.figure"}
    others = ("harness.cli", "harness.plotting", "harness.web", "metrics.testing")
    assert not [part for part in parts - plugin_api if part.startswith(others)]


LOAD_PROGRAM = """
import sys
from pathlib import Path
from harness.running import worker
from harness.running.job_execution import execute
from tests.factories.runs import make_runner, run_solutions

runner = make_runner(Path(sys.argv[1]))
for run in runner.plan(["first_images", "most_frequent"]):
    runner.folder(run).mkdir(parents=True)
    execute(run.job, run.inputs, runner.folder(run), "off")
ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in ("harness", "metrics")]
print("\\n".join(module.__file__ for module in ours))
"""


@pytest.mark.usefixtures("workspace")
def test_every_module_that_a_run_loads_is_part_of_its_code(competition_folder: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", LOAD_PROGRAM, competition_folder], capture_output=True, text=True, check=True
    )
    loaded = {Path(line) for line in process.stdout.splitlines() if line.endswith(".py")}
    assert len(loaded) > 40
    assert loaded <= set(imported_files(*RESULT_MODULES))


@pytest.mark.usefixtures("workspace")
def test_a_failed_run_is_repeated(competition_folder: Path, obedient: Path) -> None:
    runner = make_runner(competition_folder)
    assert run_solutions(runner, f"{obedient}(do='raise')")[0].executed
    assert run_solutions(runner, f"{obedient}(do='raise')")[0].executed
    assert len(runner.entries.entries()) == 2


@pytest.mark.usefixtures("workspace")
def test_the_process_of_an_interrupted_call_can_run_again(competition_folder: Path, obedient: Path) -> None:
    runner = make_runner(competition_folder)
    results = runner.run(runner.plan(["first_images", f"{obedient}(do='sleep')"]), jobs=2)
    assert next(results).entry.status == "scored"
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt())
    (result,) = run_solutions(runner, "hash(kind='average')")
    assert result.entry.status == "scored"


@pytest.mark.usefixtures("workspace")
def test_an_interrupted_run_resumes_after_its_finished_chunks(
    competition_folder: Path, obedient: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_file = tmp_path / "asked"
    monkeypatch.setenv("ASKED", str(log_file))
    spec = f"{obedient}(do='slowly')"
    program = f"from pathlib import Path; from tests.factories.runs import *; run_solutions(make_runner(Path({str(competition_folder)!r}), limits=RunLimits(sandbox='off')), {spec!r}, jobs=1)"
    process = subprocess.Popen([sys.executable, "-c", program])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (not log_file.exists() or len(log_file.read_text().split()) < 2):
        time.sleep(0.05)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive, "a worker must end with the process that started it"
    (result,) = run_solutions(make_runner(competition_folder, limits=UNRESTRICTED), spec, jobs=1)
    assert result.entry.status == "scored"
    chunks = log_file.read_text().split()
    assert len(chunks) < 2 * len(set(chunks)), "no more than the interrupted chunk is asked again"
    assert len(set(chunks)) == 4


@pytest.mark.usefixtures("workspace")
def test_two_processes_that_start_the_same_run_execute_it_once(competition_folder: Path, obedient: Path) -> None:
    spec = f"{obedient}(do='answer')"
    program = f"from pathlib import Path; from tests.factories.runs import *; print(run_solutions(make_runner(Path({str(competition_folder)!r})), {spec!r})[0].executed)"
    processes = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    executed = sorted(process.communicate()[0].strip() for process in processes)
    assert executed == ["False", "True"]


@pytest.mark.usefixtures("workspace")
def test_the_answer_is_the_same_for_any_number_of_jobs(competition_folder: Path) -> None:
    runner = make_runner(competition_folder)
    files = []
    for jobs in (1, 2):
        (result,) = run_solutions(runner, "first_images", jobs=jobs, seed=jobs)
        files.append(Path(result.entry.submission or "").read_bytes())
    assert files[0] == files[1]


@pytest.mark.usefixtures("workspace")
def test_a_run_in_the_process_of_a_test_has_the_same_entry_and_is_repeated_if_its_code_changes(
    competition_folder: Path, obedient: Path
) -> None:
    (real,) = run_solutions(make_runner(competition_folder), str(obedient))
    with runs_here():
        (here,) = run_solutions(make_runner(competition_folder), str(obedient), seed=1)
        assert not run_solutions(make_runner(competition_folder), str(obedient), seed=1)[0].executed
        obedient.write_text(obedient.read_text() + "\n# changed\n")
        assert run_solutions(make_runner(competition_folder), str(obedient), seed=1)[0].executed
        failed = run_solutions(make_runner(competition_folder), f"{obedient}(do='raise')")[0].entry
    one, other = real.entry, here.entry
    assert (one.status, one.scores, one.coverage) == (other.status, other.scores, other.coverage)
    assert [stage.name for stage in other.stages] == ["load", "fit", "rank", "write"]
    assert (failed.status, "IndexError: list index out of range" in (failed.reason or "")) == ("failed", True)


@pytest.mark.usefixtures("workspace")
def test_without_ground_truth_a_run_writes_a_submission_and_is_not_scored(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "blind", truth=False)
    (result,) = run_solutions(make_runner(folder), "first_images")
    assert result.entry.status == "unscored"
    assert Path(result.entry.submission or "").read_text().startswith("id,images\n")


@pytest.mark.usefixtures("workspace")
def test_a_broken_image_is_counted_and_named_and_the_run_finishes(competition_folder: Path) -> None:
    broken = sorted([image_id("index", 0), image_id("test", 0)])
    for name in broken:
        image_path(competition_folder, "", name).write_bytes(b"no image")
    (result,) = run_solutions(make_runner(competition_folder), "hash")
    assert result.entry.status == "scored"
    assert (result.outcome.undecodable, result.outcome.examples) == (2, tuple(broken))
    assert result.entry.coverage == Coverage(queries=7, answered=6, empty=0, failed=1)


@pytest.mark.usefixtures("workspace")
def test_runs_on_folds_do_not_need_test_images(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    runner = make_runner(folder)
    folds = make_folds(runner.competition.train.ids, runner.competition.labels, 3)
    save_folds(runner.workspace.folds_file(runner.competition.key), runner.competition, folds)
    results = run_solutions(make_runner(folder, folds=folds), "first_images", "most_frequent")
    assert {each.entry.split for each in results} == {f"fold {n}/3 of deal {folds.assignment_id}" for n in (1, 2, 3)}
    assert all(each.entry.status == "scored" for each in results), [each.entry.reason for each in results]


@pytest.mark.usefixtures("workspace")
def test_a_task_that_the_competition_lacks_is_refused_before_anything_runs(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "retrieval", train=0)
    with pytest.raises(DataError, match="recognition needs train.csv"):
        make_runner(folder).plan(["first_images", "most_frequent"])
    with pytest.raises(SolutionError, match="did you mean 'first_images'"):
        make_runner(folder).plan(["first_image"])


@pytest.mark.usefixtures("workspace")
def test_runs_share_the_cores(competition_folder: Path, tmp_path: Path) -> None:
    printer = tmp_path / "printer.py"
    printer.write_text(
        "import os\nfrom dataclasses import dataclass\nfrom harness import *\nimport numpy as np\n"
        "@dataclass\nclass Printer(Retrieval):\n    number: int = 0\n"
        "    def fit(self, data):\n        raise ValueError(os.environ['OMP_NUM_THREADS'] + ' ' + os.environ['LANDMARK_JOBS'])\n"
        "    def rank(self, queries): ...\n"
    )
    results = run_solutions(make_runner(competition_folder), f"{printer}(number=1)", f"{printer}(number=2)", jobs=4)
    assert all("ValueError: 2 2" in (each.entry.reason or "") for each in results)
    assert "OMP_NUM_THREADS" not in os.environ


@pytest.mark.usefixtures("workspace")
def test_runs_use_the_configured_joblib_backend(competition_folder: Path) -> None:
    with joblib.parallel_config(backend="loky", n_jobs=2):
        results = run_solutions(make_runner(competition_folder), "first_images", "most_frequent")
    assert {each.entry.status for each in results} == {"scored"}


@pytest.mark.usefixtures("workspace")
def test_a_finished_run_without_its_entry_is_entered_but_not_repeated(competition_folder: Path) -> None:
    runner = make_runner(competition_folder)
    (first,) = run_solutions(runner, "first_images")
    runner.workspace.database.unlink()
    (second,) = run_solutions(make_runner(competition_folder), "first_images")
    assert first.executed
    assert not second.executed
    assert second.entry.scores == first.entry.scores
    assert len(make_runner(competition_folder).entries.entries()) == 1


@pytest.mark.usefixtures("workspace")
def test_a_thread_left_running_does_not_delay_the_end_of_a_run(competition_folder: Path, obedient: Path) -> None:
    (result,) = run_solutions(
        make_runner(competition_folder, limits=RunLimits(timeout_s=20)), f"{obedient}(do='linger')"
    )
    assert result.entry.status == "scored"


@pytest.mark.usefixtures("workspace")
def test_a_ground_truth_without_a_scored_query_ends_the_command_before_a_run(competition_folder: Path) -> None:
    truth = competition_folder / "recognition_solution.csv"
    lines = truth.read_text().splitlines()
    truth.write_text("\n".join([lines[0], *(f"{line.split(',')[0]},,Public" for line in lines[1:])]) + "\n")
    with pytest.raises(DataError, match="has no query that counts and shows a landmark"):
        run_solutions(make_runner(competition_folder), "most_frequent")


@pytest.mark.usefixtures("workspace")
def test_a_run_without_a_score_says_why_in_its_entry(competition_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DataError("no query of the sample counts")

    monkeypatch.setattr("harness.running.run_entries.evaluate", fail)
    (result,) = run_solutions(make_runner(competition_folder), "first_images")
    assert (result.entry.status, result.entry.reason) == ("unscored", "no query of the sample counts")
    assert "not scored (no query of the sample counts)" in result_line(result)


@pytest.mark.usefixtures("workspace")
def test_a_run_with_a_damaged_submission_is_repeated(competition_folder: Path) -> None:
    (first,) = run_solutions(make_runner(competition_folder), "first_images")
    submission = Path(first.entry.submission or "")
    whole = submission.read_bytes()
    submission.write_bytes(whole[:50])
    assert run_solutions(make_runner(competition_folder), "first_images")[0].executed
    assert submission.read_bytes() == whole
