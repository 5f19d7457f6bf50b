from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.data.split import Split
from harness.running.answer_file import save_answer
from harness.running.outcome import Outcome, finished_outcome
from harness.running.run_folder import ANSWER, CHUNKS, OUTCOME, SUBMISSION
from harness.running.run_results import collect_outcome, prepare_folder
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.supervision.process_end import ProcessEnd
from leaderboard import Coverage
from tests.factories.runs import make_runner

END = ProcessEnd(0, note="landlock 7")
pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def split(competition_folder: Path) -> Split:
    return replace(make_runner(competition_folder).split("retrieval", None), ground_truth=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def ranking(split: Split, first: int = 0) -> Ranking:
    positions = np.full((len(split.queries), 3), -1, np.int32)
    positions[1:, 0], positions[1:, 1] = first, first + 1
    return Ranking(split.queries.ids, split.data.index.ids, positions)


def collect(folder: Path, split: Split, answer: Answer, reported: Outcome | None = None) -> Outcome:
    save_answer(folder / ANSWER, answer)
    (reported or Outcome(None, coverage=Coverage(1, 1, 0, 10**6))).save(folder)
    outcome = collect_outcome(folder, "retrieval", split, END)
    assert outcome
    return outcome


def test_coverage_submission_digests_and_sandbox_are_those_of_the_parent(folder: Path, split: Split) -> None:
    reported = Outcome(None, coverage=Coverage(1, 1, 0, 0), digest="d", versions={"numpy": "0", "sandbox": "none"})
    outcome = collect(folder, split, ranking(split), reported)
    n_queries = len(split.queries)
    assert outcome.coverage == Coverage(n_queries, n_queries - 1, 1, 0)
    assert outcome.versions["numpy"] == np.__version__
    assert outcome.versions["sandbox"] == "landlock 7"
    assert finished_outcome(folder) == outcome
    assert len((folder / SUBMISSION).read_text().splitlines()) == n_queries + 1
    content = (folder / ANSWER).read_bytes()
    (folder / ANSWER).write_bytes(content[:-1] + b"x")
    assert finished_outcome(folder) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda positions: positions * 0, "lists an image twice"),
        (lambda positions: positions[:, ::-1], "gaps"),
        (lambda positions: positions + 1000, "outside of the index"),
        (lambda positions: positions[:-1], "shape"),
    ],
)
def test_an_answer_that_no_run_writes_is_a_failed_outcome(folder: Path, split: Split, change, reason: str) -> None:
    answer = ranking(split)
    outcome = collect(folder, split, replace(answer, positions=change(answer.positions)))
    assert outcome.kind == "solution"
    assert (outcome.reason or "").startswith("left no valid outcome: answer.npz")
    assert reason in (outcome.reason or "")
    assert finished_outcome(folder) is None
    assert not (folder / SUBMISSION).exists()


def test_an_answer_to_another_task_is_a_failed_outcome(folder: Path, split: Split) -> None:
    n_queries = len(split.queries)
    outcome = collect(folder, split, Labelling.of(np.zeros(n_queries, int), np.ones(n_queries), split.queries.ids))
    assert "the other task" in (outcome.reason or "")


def test_links_in_the_place_of_results_are_removed_and_their_targets_stay(
    folder: Path, split: Split, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("of others")
    for name in (SUBMISSION, "extra", f".{OUTCOME}.0123.json"):
        (folder / name).symlink_to(outside)
    assert collect(folder, split, ranking(split)).reason is None
    assert outside.read_text() == "of others"
    assert not (folder / "extra").is_symlink()
    (folder / OUTCOME).unlink()
    (folder / OUTCOME).symlink_to(outside)
    assert collect_outcome(folder, "retrieval", split, END) is None
    (folder / OUTCOME).mkdir()
    (folder / CHUNKS).mkdir()
    prepare_folder(folder)
    assert [each.name for each in folder.iterdir()] == [CHUNKS]


def test_a_file_that_cannot_be_written_is_a_failure_of_the_place(
    folder: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    save_answer(folder / ANSWER, ranking(split))
    Outcome(None).save(folder)
    monkeypatch.setattr(Outcome, "save", refuse)
    outcome = collect_outcome(folder, "retrieval", split, END)
    assert outcome
    assert outcome.kind == "place"
    monkeypatch.setattr("harness.submissions.read_write.atomic_path", refuse)
    outcome = collect_outcome(folder, "retrieval", split, END)
    assert outcome
    assert outcome.kind == "place"
    assert "No space left" in (outcome.reason or "")


def test_a_reported_failure_stays_one(folder: Path, split: Split) -> None:
    Outcome("ValueError: 3").save(folder)
    outcome = collect_outcome(folder, "retrieval", split, END)
    assert outcome
    assert outcome.reason == "ValueError: 3"
    (folder / OUTCOME).unlink()
    assert collect_outcome(folder, "retrieval", split, END) is None
