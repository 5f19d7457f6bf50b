"""Tests of `harness.comparing.entry_lookup`: a name means the same entry in every command that takes one.

Also of the callers `harness.blending.inputs`, `harness.delivery.choose_entry` and `harness.running.outcome`.
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
from harness.running.outcome import Outcome, stored_answer, stored_outcome, stored_submission, submission_digest
from harness.workspace import Workspace
from leaderboard import Entry
from metrics import metrics_of
from tests.factories.entries import EntryFactory, make_entry

SPELLINGS = {2: ("hash", "hash(threshold=20)", "hash( threshold = 20 )", "#2", "2"), 1: ("hash(kind='dct')", "#1", "1")}
METRIC = metrics_of("retrieval")[0]


@pytest.fixture
def factory(competition_folder: Path, workspace: Path) -> EntryFactory:
    """Entries with submission files: #1 `hash(kind='dct')`, #2 `hash(threshold=20)`, the better one, #3 `mean_hash`."""
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    for identity, share in (("hash(kind='dct')", 0.0), ("hash(threshold=20)", 1.0), ("mean_hash", 0.5)):
        folder = Path(factory.add_ranking(identity, right=share).submission or "").parent
        Outcome(None, digest=submission_digest(folder)).save(folder)
    return factory


def find_to_compare(factory: EntryFactory, name: str) -> str:
    source = EntryLookup(factory.competition, factory.workspace).find(name, "retrieval", METRIC).source
    return next(entry.identity for entry in factory.store.entries() if source == f"entry #{entry.id}")


def find_to_blend(factory: EntryFactory, name: str) -> str:
    return find_inputs([name], factory.competition, factory.workspace)[0].name


def find_to_submit(factory: EntryFactory, name: str) -> str:
    choice = choose_entry(name, factory.competition, factory.workspace)
    return choice.entry.identity if choice.entry else choice.spec.replace(" ", "")


def find_to_plot(factory: EntryFactory, name: str) -> str:
    return select_entries(factory.competition, factory.store, "retrieval", [name], 9).entries[0].identity


def find_in_shake_up(factory: EntryFactory, name: str) -> str:
    result = simulate_shake_up(factory.store, factory.competition.key, "retrieval", by="identity", draws=5)
    return result.identities([name], factory.store.entries(split=TEST))[0]


@pytest.mark.parametrize("command", [find_to_compare, find_to_blend, find_to_submit, find_to_plot, find_in_shake_up])
def test_every_spelling_means_the_same_entry_in_every_command(
    factory: EntryFactory, command: Callable[[EntryFactory, str], str]
) -> None:
    identities = {number: command(factory, f"#{number}") for number in SPELLINGS}
    assert identities == {1: "hash(kind='dct')", 2: "hash(threshold=20)"}
    for number, names in SPELLINGS.items():
        assert {name: command(factory, name) for name in names} == dict.fromkeys(names, identities[number])


@pytest.mark.parametrize("command", [find_to_compare, find_to_blend, find_to_plot, find_in_shake_up])
def test_an_unknown_name_is_refused_by_every_command(
    factory: EntryFactory, command: Callable[[EntryFactory, str], str]
) -> None:
    for name in ("dft", "#9", "no such file.csv"):
        with pytest.raises(HarnessError):
            command(factory, name)


def test_a_file_is_found_after_entries(factory: EntryFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("hash", "answer.csv"):
        Path(name).write_bytes(Path(factory.store.entries()[0].submission or "").read_bytes())
    found = find_inputs(["hash", "./hash", "answer.csv"], factory.competition, factory.workspace)
    assert [each.entry and each.entry.id for each in found] == [2, None, None]
    lookup = EntryLookup(factory.competition, factory.workspace)
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


def test_a_changed_submission_is_not_used(factory: EntryFactory) -> None:
    entry: Entry = factory.store.entries()[0]
    assert stored_outcome(entry) is not None
    stored_submission(entry).write_text("id,images\n")
    assert stored_outcome(entry) is None
    with pytest.raises(HarnessError, match="no longer in the workspace"):
        stored_answer(entry, factory.competition.queries.ids, factory.competition.index.ids)


def test_a_name_means_the_best_entry_whose_submission_can_be_blended(factory: EntryFactory) -> None:
    assert find_to_blend(factory, "hash") == "hash(threshold=20)"
    stored_submission(factory.store.entries()[1]).write_text("id,images\n")
    assert find_to_blend(factory, "hash") == "hash(kind='dct')"
    with pytest.raises(HarnessError, match="no longer in the workspace"):
        find_to_blend(factory, "#2")
