"""Tests of `harness.comparing.entry_lookup`: a name means the same entry in every command that takes one.

Also of the callers `harness.blending.inputs`, `harness.delivery.choose_entry` and `harness.running.stored_answers`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.blending.inputs import find_inputs
from harness.comparing.entry_lookup import EntryLookup, find_entry, is_entry_number, named_entries
from harness.comparing.shake_up import simulate_shake_up
from harness.data.split import TEST
from harness.delivery.choose_entry import choose_entry
from harness.errors import HarnessError
from harness.plotting.selection import select_entries
from harness.running.outcome import Outcome, submission_digest
from harness.running.stored_answers import stored_answer, stored_outcome, stored_submission
from harness.workspace import Workspace
from leaderboard import Entry
from metrics import metrics_of
from tests.factories.entries import Entered, make_entry

SPELLINGS = {2: ("hash", "hash(threshold=20)", "hash( threshold = 20 )", "#2", "2"), 1: ("hash(kind='dct')", "#1", "1")}
METRIC = metrics_of("retrieval")[0]


@pytest.fixture
def entered(competition_folder: Path, workspace: Path) -> Entered:
    """Entries with submission files: #1 `hash(kind='dct')`, #2 `hash(threshold=20)`, the better one, #3 `mean_hash`."""
    entered = Entered(competition_folder, Workspace.open(workspace))
    for identity, share in (("hash(kind='dct')", 0.0), ("hash(threshold=20)", 1.0), ("mean_hash", 0.5)):
        folder = Path(entered.ranking(identity, right=share).submission or "").parent
        Outcome(None, digest=submission_digest(folder)).save(folder)
    return entered


def compared(entered: Entered, name: str) -> str:
    source = EntryLookup(entered.competition, entered.workspace).find(name, "retrieval", METRIC).source
    return next(entry.identity for entry in entered.store.entries() if source == f"entry #{entry.id}")


def blended(entered: Entered, name: str) -> str:
    return find_inputs([name], entered.competition, entered.workspace)[0].name


def submitted(entered: Entered, name: str) -> str:
    choice = choose_entry(name, entered.competition, entered.workspace)
    return choice.entry.identity if choice.entry else choice.spec.replace(" ", "")


def plotted(entered: Entered, name: str) -> str:
    return select_entries(entered.competition, entered.store, "retrieval", [name], 9).entries[0].identity


def shaken_up(entered: Entered, name: str) -> str:
    result = simulate_shake_up(entered.store, entered.competition.key, "retrieval", by="identity", draws=5)
    return result.identities([name], entered.store.entries(split=TEST))[0]


@pytest.mark.parametrize("command", [compared, blended, submitted, plotted, shaken_up])
def test_every_spelling_means_the_same_entry_in_every_command(
    entered: Entered, command: Callable[[Entered, str], str]
) -> None:
    identities = {number: command(entered, f"#{number}") for number in SPELLINGS}
    assert identities == {1: "hash(kind='dct')", 2: "hash(threshold=20)"}
    for number, names in SPELLINGS.items():
        assert {name: command(entered, name) for name in names} == dict.fromkeys(names, identities[number])


@pytest.mark.parametrize("command", [compared, blended, plotted, shaken_up])
def test_an_unknown_name_is_refused_by_every_command(entered: Entered, command: Callable[[Entered, str], str]) -> None:
    for name in ("dft", "#9", "no such file.csv"):
        with pytest.raises(HarnessError):
            command(entered, name)


def test_a_file_is_found_after_entries(entered: Entered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("hash", "answer.csv"):
        Path(name).write_bytes(Path(entered.store.entries()[0].submission or "").read_bytes())
    found = find_inputs(["hash", "./hash", "answer.csv"], entered.competition, entered.workspace)
    assert [each.entry and each.entry.id for each in found] == [2, None, None]
    lookup = EntryLookup(entered.competition, entered.workspace)
    sources = [lookup.find(name, "retrieval", METRIC).source for name in ("hash", "./hash", "answer.csv")]
    assert sources == ["entry #2", "./hash", "answer.csv"]


def test_the_defaults_are_meant_if_they_have_an_entry() -> None:
    entries = [make_entry("hash(kind='dct')", public=0.9, id=1), make_entry("hash", public=0.1, id=2)]
    assert find_entry("hash", entries) == entries[1]
    assert find_entry("hash", entries[:1]) == entries[0]


def test_of_several_entries_the_best_public_score_is_meant_or_else_the_latest() -> None:
    scored = [make_entry(public=score, minute=minute, id=minute) for minute, score in ((1, 0.2), (2, 0.7), (3, 0.5))]
    assert find_entry("hash", scored) == scored[1]
    unscored = [make_entry(minute=minute, id=minute, status="unscored") for minute in (1, 2)]
    assert find_entry("hash", unscored) == unscored[1]


def test_numbers_are_written_with_or_without_a_hash_sign() -> None:
    entries = [make_entry(id=12), make_entry(id=120)]
    assert [is_entry_number(name) for name in ("#12", "12", "hash", "-1", "1.5", "##1")] == [True, True, *4 * [False]]
    assert named_entries("#12", entries) == named_entries("12", entries) == entries[:1]


def test_a_changed_submission_is_not_used(entered: Entered) -> None:
    entry: Entry = entered.store.entries()[0]
    assert stored_outcome(entry) is not None
    stored_submission(entry).write_text("id,images\n")
    assert stored_outcome(entry) is None
    with pytest.raises(HarnessError, match="no longer in the workspace"):
        stored_answer(entry, entered.competition.queries.ids, entered.competition.index.ids)
