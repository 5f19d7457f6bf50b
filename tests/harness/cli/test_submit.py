"""Tests of `harness.cli.submit`, `harness.delivery.final_file` and `harness.delivery.sidecar`."""

import json
import os
import shlex
import shutil
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from harness.delivery import final_file as final
from harness.delivery import kaggle as sending
from harness.delivery import sidecar
from harness.installation import install_command
from leaderboard import EntryStore
from tests.cli import error_of, run_command
from tests.factories.competitions import make_competition
from tests.factories.solutions import write_obedient
from tests.fakes.kaggle import KEY, write_fake_package

pytestmark = pytest.mark.usefixtures("runs_in_this_process")

RUNS = ("first_images(length=2)", "first_images", "most_frequent")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a competition with three finished runs, entries 1 to 3, for tests that change nothing."""
    folder = make_competition(tmp_path_factory.mktemp("shared") / "competition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_WORKSPACE", str(folder.parent / "workspace"))
        assert run_command("run", *RUNS, "--on", folder, "--jobs", 1).exit_code == 0
    return folder


@pytest.fixture
def shared_runs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared folder; its workspace is the default of every command."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared.parent / "workspace"))
    return shared


@pytest.fixture
def finished_runs(shared: Path, workspace: Path) -> Path:
    """A copy of the shared folder and of its workspace, for tests that add entries; submissions are the shared ones."""
    shutil.copytree(shared.parent / "workspace", workspace)
    return shutil.copytree(shared, workspace.parent / shared.name)


def facts_of(out: Path) -> dict[str, object]:
    facts = json.loads(out.with_name(f"{out.name}.json").read_text())
    assert isinstance(facts, dict)
    return facts


def rescore(workspace: Path, **public: float | None) -> None:
    """Copy the entry of each solution with another public score, and 1 minus it as private score."""
    store = EntryStore(workspace / "leaderboard.db")
    for entry in store.entries():
        if entry.solution in public and entry.identity == entry.solution:
            value = public[entry.solution]
            scores = {
                "public": {entry.metric: value},
                "private": {entry.metric: 1 - (value or 0)},
                "all": {entry.metric: 0.5},
            }
            store.add(replace(entry, id=None, scores=scores))


def test_a_submission_is_written_with_its_provenance(shared_runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "my submission.csv"
    result = run_command("submit", "first_images", "--on", shared_runs, "--out", out)
    assert result.exit_code == 0, result.exception
    first, command = result.stdout.splitlines()
    assert first.startswith(f"{out}: 7 of 7 queries answered by first_images, entry #2; ")
    expected = ["kaggle", "competitions", "submit", "-c", "SLUG", "-f", str(out), "-m", "first_images, entry 2"]
    assert shlex.split(command) == expected
    facts = facts_of(out)
    assert facts["sha256"] == sha256(out.read_bytes()).hexdigest()
    known = {"identity": "first_images", "seed": 0, "entry": 2, "task": "retrieval", "rows": 7, "chosen": "named"}
    assert known.items() <= facts.items()
    assert facts["competition"] == "competition"
    assert str(facts["competition_key"]).startswith("competition-")
    assert len(str(facts["run_key"])) == len(str(facts["code"])) == 64
    assert "numpy" in facts["versions"]
    assert str(facts["created"]).endswith("+00:00")
    assert set(facts["scores"]) == {"metric", "public", "folds"}


def test_the_provenance_has_no_private_scores(finished_runs: Path, tmp_path: Path, workspace: Path) -> None:
    rescore(workspace, first_images=0.25)
    out = tmp_path / "s.csv"
    assert (
        run_command("submit", "--best", "public", "--task", "retrieval", "--on", finished_runs, "--out", out).exit_code
        == 0
    )
    assert "private" not in out.with_name("s.csv.json").read_text()
    assert "0.75" not in out.with_name("s.csv.json").read_text()


def test_the_best_public_score_is_chosen_regardless_of_private_scores(
    finished_runs: Path, tmp_path: Path, workspace: Path
) -> None:
    rescore(workspace, first_images=0.99)
    out = tmp_path / "s.csv"
    result = run_command("submit", "--best", "public", "--on", finished_runs, "--task", "retrieval", "--out", out)
    assert "by first_images, entry #4 (best public score)" in result.output
    assert facts_of(out)["scores"]["public"] == 0.99


def test_best_public_needs_public_scores(finished_runs: Path, workspace: Path) -> None:
    truth = finished_runs / "retrieval_solution.csv"
    truth.write_text(truth.read_text().replace("Public", "Private"))
    run_command("run", "first_images", "--on", finished_runs)
    message = error_of("submit", "--best", "public", "--task", "retrieval", "--on", finished_runs)
    assert message.startswith("--best public: no entry for competition has a public score; landmark run --on ")


def test_a_stored_entry_is_written_even_if_its_code_has_changed(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    obedient = write_obedient(tmp_path)
    run_command("run", obedient, "--on", competition_folder)
    (stored,) = (workspace / "runs").rglob("submission.csv")
    obedient.write_text("a syntax error")
    out = tmp_path / "s.csv"
    result = run_command("submit", "#1", "--on", competition_folder, "--out", out)
    assert result.exit_code == 0, result.exception
    assert "entry #1; provenance" in result.output
    assert out.read_bytes() == stored.read_bytes()
    assert facts_of(out)["run_key"] == EntryStore(workspace / "leaderboard.db").entries()[0].run_key


def test_an_entry_with_a_damaged_file_is_run_again(competition_folder: Path, workspace: Path, tmp_path: Path) -> None:
    assert run_command("run", "first_images", "--on", competition_folder).exit_code == 0
    (entry,) = EntryStore(workspace / "leaderboard.db").entries()
    stored, out = Path(entry.submission or ""), tmp_path / "s.csv"
    before = stored.read_bytes()
    stored.write_bytes(before[:40])
    result = run_command("submit", "#1", "--on", competition_folder, "--out", out)
    assert result.exit_code == 0, result.exception
    assert out.read_bytes() == before
    assert facts_of(out)["run_key"] == entry.run_key


@pytest.mark.slow
def test_the_best_over_folds_is_chosen_and_run_on_the_test_images(tmp_path: Path, workspace: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    out = tmp_path / "s.csv"
    assert "--best folds: no solution has a score on every fold of labelled" in error_of(
        "submit", "--best", "folds", "--on", folder
    )
    run_command("split", folder, "--folds", 2)
    run_command("run", "hash", "first_images(length=1)", "--on", folder, "--folds")
    result = run_command("submit", "--best", "folds", "--on", folder, "--out", out)
    assert result.exit_code == 0, result.exception
    assert "by hash, entry #5 (best mean over folds)" in result.output
    folds = facts_of(out)["scores"]["folds"]
    assert (folds["count"], folds["mean"]) == (2, 1.0)
    again = run_command("submit", "#1", "--on", folder, "--out", out)  # an entry on a fold: its solution
    assert "entry #5 (as entry #1, which is on fold" in again.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name a solution such as hash, an entry such as '#12', or use --best public or --best folds"),
        (("hash", "--best", "folds"), "give hash or --best folds, not both"),
        (("#99",), "#99: competition has no such entry; landmark leaderboard --on"),
        (("#one",), "no solution is named '#one'"),
        (("#1", "--task", "recognition"), "entry #1: is for retrieval, not for recognition"),
        (("hash", "--task", "recognition"), "hash: is for retrieval, not for recognition"),
        (("--best", "public"), "there are entries for both tasks; choose --task retrieval or --task recognition"),
        (("hahs",), "did you mean 'hash'"),
        (("hash", "--out", "no/such/folder/x.csv"), "no such folder"),
        (("hash", "--out", "."), "is a folder; name a file"),
        (("hash", "--message", "a\nb"), "--message must be one line"),
        (("hash", "--message", ""), "--message must be one line"),
    ],
)
def test_wrong_usage_is_one_line_with_a_remedy(shared_runs: Path, words: tuple[str, ...], message: str) -> None:
    assert message in error_of("submit", *words, "--on", shared_runs)


def test_a_failed_entry_is_not_submitted(competition_folder: Path, workspace: Path, tmp_path: Path) -> None:
    run_command("run", f"{write_obedient(tmp_path)}(do='raise')", "--on", competition_folder)
    assert "entry #1: obedient(do='raise') failed: IndexError" in error_of("submit", "#1", "--on", competition_folder)


@dataclass
class FaultyReport:
    """A validation report with one fault, which Kaggle rejects or not."""

    path: Path
    is_rejected: bool
    faults: tuple[str, ...] = ("one",)

    def is_rejected_by(self, profile: str) -> bool:
        return profile == "strict" or self.is_rejected

    def lines(self, profile: str = "strict") -> list[str]:
        return [f"{self.path}, line 2: id is missing"]


def test_a_file_that_kaggle_rejects_is_not_written(
    shared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(final, "validate", lambda path, folder, task: FaultyReport(path, is_rejected=True))
    out = tmp_path / "s.csv"
    out.write_text("mine")
    assert error_of("submit", "#1", "--on", shared_runs, "--out", out) == (
        f"{out}: not written, because Kaggle would reject it: {out}, line 2: id is missing"
    )
    assert out.read_text() == "mine"
    assert [path.name for path in tmp_path.glob("s.csv*")] == ["s.csv"]


def test_faults_that_kaggle_accepts_are_reported(
    shared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(final, "validate", lambda path, folder, task: FaultyReport(path, is_rejected=False))
    out = tmp_path / "s.csv"
    result = run_command("submit", "#1", "--on", shared_runs, "--out", out)
    assert result.exit_code == 0
    assert result.stderr == f"note: {out}, line 2: id is missing\n"
    assert out.exists()


def test_an_interruption_before_the_sidecar_leaves_no_stale_sidecar(
    shared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "s.csv"
    run_command("submit", "#1", "--on", shared_runs, "--out", out)
    first = out.read_bytes()

    def interrupt(path: Path, text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sidecar, "write_atomically", interrupt)
    run_command("submit", "#2", "--on", shared_runs, "--out", out)
    assert out.read_bytes() != first
    assert [path.name for path in tmp_path.glob("*s.csv*")] == ["s.csv"]


def test_only_a_file_that_landmark_wrote_is_replaced(shared_runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    for name in ("#1", "#2"):
        assert run_command("submit", name, "--on", shared_runs, "--out", out).exit_code == 0
    sidecar.sidecar_path(out).unlink()
    assert run_command("submit", "#2", "--on", shared_runs, "--out", out).exit_code == 0  # the same content
    for change in (lambda: out.write_text(out.read_text() + "\n"), lambda: sidecar.sidecar_path(out).unlink()):
        change()
        before = out.read_text()
        assert "landmark did not write it or it was changed since" in error_of(
            "submit", "#1", "--on", shared_runs, "--out", out
        )
        assert out.read_text() == before


def test_a_path_that_cannot_be_written_is_named(
    shared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sidecar, "copyfile", full)
    out = tmp_path / "s.csv"
    assert (
        error_of("submit", "#1", "--on", shared_runs, "--out", out)
        == f"{out}: cannot be written: No space left on device"
    )
    assert not list(tmp_path.glob("*s.csv*"))


def test_a_device_gets_no_sidecar(shared_runs: Path, tmp_path: Path) -> None:
    result = run_command("submit", "#1", "--on", shared_runs, "--out", os.devnull)
    assert result.exit_code == 0, result.exception
    assert not Path(f"{os.devnull}.json").exists()


def test_the_kaggle_command_is_quoted_for_the_shell(shared_runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "it's; $(mine).csv"
    words = ("--message", "-1 'x' \"y\" `z` $HOME", "--competition", "landmarks 2018")
    command = run_command("submit", "#1", "--on", shared_runs, "--out", out, *words).stdout.splitlines()[-1]
    assert shlex.split(command)[3:] == ["-c", "landmarks 2018", "-f", str(out), "--message=-1 'x' \"y\" `z` $HOME"]


def test_send_uploads_the_file(shared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_fake_package(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(folder))
    for name, value in {"PYTHONPATH": folder, "KAGGLE_KEY": KEY, "FAKE_KAGGLE": "take"}.items():
        monkeypatch.setenv(name, str(value), prepend=":" if name == "PYTHONPATH" else None)
    out = tmp_path / "s.csv"
    words = ("submit", "#1", "--on", shared_runs, "--out", out, "--send")
    assert "--send needs --competition SLUG" in error_of(*words)
    assert not out.exists()
    result = run_command(*words, "--competition", "landmarks", "--message", "final")
    assert result.exit_code == 0, result.exception
    assert result.stdout.splitlines()[-1].startswith("sent: Successfully submitted 'id,images")
    monkeypatch.setenv("FAKE_KAGGLE", "refuse")
    assert "s.csv: is written, and was not sent: Kaggle answered 400: over the daily limit" in error_of(
        *words, "--competition", "landmarks"
    )
    assert out.exists()


def test_send_needs_the_kaggle_package(shared_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "find_spec", lambda name: None)
    assert install_command("kaggle") in error_of("submit", "#1", "--on", shared_runs, "--send", "--competition", "x")
