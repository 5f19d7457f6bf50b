import json
import os
import shlex
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.main import app
from harness.delivery import final_file as final
from harness.delivery import kaggle as sending
from harness.delivery import sidecar
from harness.errors import HarnessError
from leaderboard import EntryStore
from tests.factories.competitions import make_competition
from tests.factories.solutions import write_obedient
from tests.fakes.kaggle import KEY, write_fake_package


def landmark(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def refusal(*words: object) -> str:
    ended = landmark(*words)
    assert ended.exit_code == 1
    assert isinstance(ended.exception, HarnessError), ended.exception
    assert str(ended.exception).isprintable()
    return str(ended.exception)


RUNS = ("first_images(length=2)", "first_images", "most_frequent")


@pytest.fixture
def ran(competition_folder: Path, workspace: Path) -> Path:
    """The folder of a competition on which solutions have run: entries 1, 2 and 3."""
    assert landmark("run", *RUNS, "--on", competition_folder, "--jobs", 1).exit_code == 0
    return competition_folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for tests that leave the competition and the workspace as they are."""
    folder = make_competition(tmp_path_factory.mktemp("shared") / "competition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_WORKSPACE", str(folder.parent / "workspace"))
        assert landmark("run", *RUNS, "--on", folder, "--jobs", 1).exit_code == 0
    return folder


@pytest.fixture
def done(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the competition that tests share, with its workspace."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared.parent / "workspace"))
    return shared


def facts_of(out: Path) -> dict[str, object]:
    found = json.loads(out.with_name(f"{out.name}.json").read_text())
    assert isinstance(found, dict)
    return found


def rescore(workspace: Path, **public: float | None) -> None:
    """Add an entry like each solution's first, with another public score and a private one that points elsewhere."""
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


def test_a_solution_is_handed_out_with_how_it_was_made(done: Path, tmp_path: Path) -> None:
    out = tmp_path / "my submission.csv"
    ended = landmark("submit", "first_images", "--on", done, "--out", out)
    assert ended.exit_code == 0, ended.exception
    first, command = ended.stdout.splitlines()
    assert first.startswith(f"{out}: 7 of 7 queries answered by first_images, entry #2 (named); ")
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


def test_what_stands_beside_the_file_says_nothing_of_the_private_part(
    ran: Path, tmp_path: Path, workspace: Path
) -> None:
    rescore(workspace, first_images=0.25)
    out = tmp_path / "s.csv"
    assert landmark("submit", "--best", "public", "--task", "retrieval", "--on", ran, "--out", out).exit_code == 0
    assert "private" not in out.with_name("s.csv.json").read_text()
    assert "0.75" not in out.with_name("s.csv.json").read_text()


def test_the_best_public_score_is_chosen_whatever_the_private_one(ran: Path, tmp_path: Path, workspace: Path) -> None:
    rescore(workspace, first_images=0.99)
    out = tmp_path / "s.csv"
    ended = landmark("submit", "--best", "public", "--on", ran, "--task", "retrieval", "--out", out)
    assert "by first_images, entry #4 (best public score)" in ended.output
    assert facts_of(out)["scores"]["public"] == 0.99


def test_without_public_scores_there_is_no_best_of_them(ran: Path, workspace: Path) -> None:
    truth = ran / "retrieval_solution.csv"
    truth.write_text(truth.read_text().replace("Public", "Private"))
    landmark("run", "first_images", "--on", ran)
    said = refusal("submit", "--best", "public", "--task", "retrieval", "--on", ran)
    assert said.startswith("--best public: no entry for competition has a public score; landmark run --on ")


def test_an_entry_is_handed_out_as_it_was_though_the_code_has_changed(
    competition_folder: Path, workspace: Path, tmp_path: Path
) -> None:
    obedient = write_obedient(tmp_path)
    landmark("run", obedient, "--on", competition_folder)
    (kept,) = (workspace / "runs").rglob("submission.csv")
    obedient.write_text("a syntax error")
    out = tmp_path / "s.csv"
    ended = landmark("submit", "#1", "--on", competition_folder, "--out", out)
    assert ended.exit_code == 0, ended.exception
    assert "entry #1 (entry #1)" in ended.output
    assert out.read_bytes() == kept.read_bytes()
    assert facts_of(out)["run_key"] == EntryStore(workspace / "leaderboard.db").entries()[0].run_key


def test_an_entry_that_is_not_kept_any_more_is_made_again(ran: Path, workspace: Path, tmp_path: Path) -> None:
    entry = EntryStore(workspace / "leaderboard.db").entries()[1]
    kept, out = Path(entry.submission or ""), tmp_path / "s.csv"
    before = kept.read_bytes()
    kept.write_bytes(before[:40])
    ended = landmark("submit", "#2", "--on", ran, "--out", out)
    assert ended.exit_code == 0, ended.exception
    assert out.read_bytes() == before
    assert facts_of(out)["run_key"] == entry.run_key


@pytest.mark.slow
def test_the_best_over_folds_is_chosen_and_run_on_the_test_images(tmp_path: Path, workspace: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    out = tmp_path / "s.csv"
    assert "--best folds: no solution has a score on every fold of labelled" in refusal(
        "submit", "--best", "folds", "--on", folder
    )
    landmark("split", folder, "--folds", 2)
    landmark("run", "hash", "first_images(length=1)", "--on", folder, "--folds")
    ended = landmark("submit", "--best", "folds", "--on", folder, "--out", out)
    assert ended.exit_code == 0, ended.exception
    assert "by hash, entry #5 (best mean over folds)" in ended.output
    folds = facts_of(out)["scores"]["folds"]
    assert (folds["count"], folds["mean"]) == (2, 1.0)
    again = landmark("submit", "#1", "--on", folder, "--out", out)  # an entry on a fold: its solution
    assert "entry #5 (entry #1)" in again.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say what to submit: a solution such as hash, an entry such as '#12', --best public or --best folds"),
        (("hash", "--best", "folds"), "name hash or give --best folds, not both"),
        (("#99",), "#99: competition has no such entry; landmark leaderboard --on"),
        (("#one",), "#one: competition has no such entry"),
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
def test_mistakes_are_one_line_with_the_remedy(done: Path, words: tuple[str, ...], message: str) -> None:
    assert message in refusal("submit", *words, "--on", done)


def test_a_failed_entry_is_not_handed_out(competition_folder: Path, workspace: Path, tmp_path: Path) -> None:
    landmark("run", f"{write_obedient(tmp_path)}(do='raise')", "--on", competition_folder)
    assert "entry #1: obedient(do='raise') failed: IndexError" in refusal("submit", "#1", "--on", competition_folder)


@dataclass
class Faulty:
    """A report on a file that the site, or only a strict reader, finds fault with."""

    path: Path
    site: bool
    faults: tuple[str, ...] = ("one",)

    def rejected(self, profile: str) -> bool:
        return profile == "strict" or self.site

    def lines(self, profile: str = "strict") -> list[str]:
        return [f"{self.path}, line 2: id is missing"]


def test_what_the_site_rejects_is_not_handed_out(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(final, "validated", lambda path, folder, task: Faulty(path, site=True))
    out = tmp_path / "s.csv"
    out.write_text("mine")
    assert refusal("submit", "#1", "--on", done, "--out", out) == (
        f"{out}: not written, because the site would reject it: {out}, line 2: id is missing"
    )
    assert out.read_text() == "mine"
    assert [path.name for path in tmp_path.glob("s.csv*")] == ["s.csv"]


def test_what_only_a_strict_reader_minds_is_told(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(final, "validated", lambda path, folder, task: Faulty(path, site=False))
    out = tmp_path / "s.csv"
    ended = landmark("submit", "#1", "--on", done, "--out", out)
    assert ended.exit_code == 0
    assert ended.stderr == f"note: {out}, line 2: id is missing\n"
    assert out.exists()


def test_a_kill_before_the_sidecar_leaves_a_whole_submission_and_no_stale_sidecar(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "s.csv"
    landmark("submit", "#1", "--on", done, "--out", out)
    first = out.read_bytes()

    def killed(path: Path, text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sidecar, "write_whole", killed)
    landmark("submit", "#2", "--on", done, "--out", out)
    assert out.read_bytes() != first
    assert [path.name for path in tmp_path.glob("*s.csv*")] == ["s.csv"]


def test_a_place_that_cannot_be_written_is_named(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sidecar, "copyfile", full)
    out = tmp_path / "s.csv"
    assert refusal("submit", "#1", "--on", done, "--out", out) == f"{out}: cannot be written: No space left on device"
    assert not list(tmp_path.glob("*s.csv*"))


def test_what_is_no_file_gets_no_sidecar(done: Path, tmp_path: Path) -> None:
    ended = landmark("submit", "#1", "--on", done, "--out", os.devnull)
    assert ended.exit_code == 0, ended.exception
    assert not Path(f"{os.devnull}.json").exists()


def test_the_command_for_the_site_is_quoted_for_the_shell(done: Path, tmp_path: Path) -> None:
    out = tmp_path / "it's; $(mine).csv"
    words = ("--message", "-1 'x' \"y\" `z` $HOME", "--competition", "landmarks 2018")
    command = landmark("submit", "#1", "--on", done, "--out", out, *words).stdout.splitlines()[-1]
    assert shlex.split(command)[3:] == ["-c", "landmarks 2018", "-f", str(out), "--message=-1 'x' \"y\" `z` $HOME"]


def test_it_is_sent_where_that_is_asked_for(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_fake_package(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(folder))
    for name, value in {"PYTHONPATH": folder, "KAGGLE_KEY": KEY, "FAKE_KAGGLE": "take"}.items():
        monkeypatch.setenv(name, str(value), prepend=":" if name == "PYTHONPATH" else None)
    out = tmp_path / "s.csv"
    words = ("submit", "#1", "--on", done, "--out", out, "--send")
    assert "--send needs --competition SLUG" in refusal(*words)
    assert not out.exists()
    ended = landmark(*words, "--competition", "landmarks", "--message", "final")
    assert ended.exit_code == 0, ended.exception
    assert ended.stdout.splitlines()[-1].startswith("sent: Successfully submitted 'id,images")
    monkeypatch.setenv("FAKE_KAGGLE", "refuse")
    assert "s.csv: is written, and was not sent: Kaggle answered 400: over the daily limit" in refusal(
        *words, "--competition", "landmarks"
    )
    assert out.exists()


def test_without_the_package_nothing_is_sent(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "find_spec", lambda name: None)
    assert "pip install 'landmark[kaggle]'" in refusal("submit", "#1", "--on", done, "--send", "--competition", "x")
