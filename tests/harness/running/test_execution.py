"""Tests of `harness.running.execution`: runs that are repeated, limited to some queries, or stopped."""

import time
from pathlib import Path

import numpy as np
import pytest

from harness.data.split import make_folds
from harness.errors import HarnessError
from harness.progress import ignore_progress
from harness.running.execution import ExecutedRun, Execution, run_lock
from harness.running.local_processes import RunLimits
from harness.running.outcome import Outcome
from harness.running.run_folder import ANSWER, CHUNKS
from harness.running.runner import Runner
from harness.submissions.read_write import read_submission
from tests.factories.runs import make_runner, run_solutions
from tests.factories.solutions import write_obedient

pytestmark = pytest.mark.usefixtures("workspace")


def limited(folder: Path, limit: int) -> Runner:
    runner = make_runner(folder)
    return Runner(runner.competition, runner.workspace, limit=limit)


def test_a_repeated_run_is_a_new_entry_and_keeps_the_files_of_the_first(competition_folder: Path) -> None:
    runner = make_runner(competition_folder)
    runs = runner.plan(["first_images"])
    (first,), (again,) = runner.run(runs), runner.run(runs, again=True)
    assert again.executed
    assert again.entry.id != first.entry.id
    assert again.entry.run_key == first.entry.run_key
    assert again.entry.submission != first.entry.submission
    assert Path(first.entry.submission or "").read_bytes() == Path(again.entry.submission or "").read_bytes()
    (reused,) = runner.run(runs)
    assert not reused.executed
    assert len(runner.entries.entries()) == 2


def test_a_run_on_some_queries_is_an_entry_of_its_own_split(competition_folder: Path) -> None:
    whole, some = make_runner(competition_folder), limited(competition_folder, 3)
    (result,) = run_solutions(some, "first_images")
    assert result.executed
    assert result.entry.split == "3 of 7 test queries"
    assert result.entry.run_key != whole.plan(["first_images"])[0].key
    assert result.entry.coverage
    assert (result.entry.coverage.queries, result.entry.coverage.answered) == (3, 3)
    sample = some.split("retrieval", None).queries.ids
    answer = read_submission(Path(result.entry.submission or ""), whole.competition.queries.ids)
    assert set(whole.competition.queries.ids[answer.answered]) == set(sample)
    assert len(np.load(Path(result.entry.submission or "").with_name(ANSWER))["positions"]) == 3


def test_a_limit_above_all_queries_runs_the_whole(competition_folder: Path) -> None:
    assert limited(competition_folder, 99).plan(["first_images"]) == make_runner(competition_folder).plan(
        ["first_images"]
    )


def test_folds_have_no_limit(competition_folder: Path) -> None:
    runner = make_runner(competition_folder)
    folds = make_folds(runner.competition.train.ids, runner.competition.labels, 2)
    with pytest.raises(HarnessError, match=r"leave out one of them"):
        Runner(runner.competition, runner.workspace, folds, limit=3)


def test_a_run_of_another_process_is_not_waited_for_beyond_the_budget(competition_folder: Path) -> None:
    runner = make_runner(competition_folder)
    runs = runner.plan(["first_images"])
    with run_lock(runner.folder(runs[0])):
        assert list(runner.run(runs, budget_s=0.2)) == []


def test_at_the_end_of_the_budget_runs_stop_without_an_entry(
    competition_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_file = tmp_path / "asked"
    monkeypatch.setenv("ASKED", str(log_file))
    spec = f"{write_obedient(tmp_path)}(do='sleep')"
    runner = make_runner(competition_folder)
    runs = runner.plan(["first_images", spec, f"{tmp_path / 'obedient.py'}"])
    (finished,) = runner.run(runs[:1])
    started = time.monotonic()
    results = list(runner.run(runs, jobs=1, budget_s=0.3))
    assert time.monotonic() - started < 60, "the run that sleeps must be stopped"
    assert [result.entry.id for result in results] == [finished.entry.id], "a finished run costs no time"
    assert len(runner.entries.entries()) == 1
    assert not (runner.folder(runs[2]) / CHUNKS).exists()


class FakeProcesses:
    """Ends each run with the next of some outcomes, in place of processes."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)

    def run(self, *_: object) -> Outcome:
        return self.outcomes.pop(0)


def execute_fake(runner: Runner, *outcomes: Outcome) -> tuple[ExecutedRun, FakeProcesses]:
    (run,) = runner.plan(["first_images"])
    fake = FakeProcesses(*outcomes)
    execution = Execution(fake, 1, RunLimits(), runner.dependencies, {})  # type: ignore[arg-type]
    return execution.run(run, runner.folder(run), ignore_progress), fake


def test_a_run_that_is_killed_from_outside_is_tried_again_once(competition_folder: Path) -> None:
    killed, failed = Outcome("ended by SIGKILL", kind="killed"), Outcome("it failed")
    runner = make_runner(competition_folder)
    done, fake = execute_fake(runner, killed, failed, failed)
    assert (done.outcome, len(fake.outcomes)) == (failed, 1)
    done, fake = execute_fake(runner, killed, killed, failed)
    assert (done.outcome, len(fake.outcomes)) == (killed, 1)


def test_a_failure_of_the_place_is_an_error_and_no_outcome(competition_folder: Path) -> None:
    with pytest.raises(HarnessError, match="the disk is gone"):
        execute_fake(make_runner(competition_folder), Outcome("the disk is gone", kind="place"))
