"""Tests of `harness.export.selection`."""

import pytest

from harness.errors import HarnessError
from harness.export.selection import entries_to_export
from tests.factories.entries import EntryFactory


def ids(factory: EntryFactory, *names: str, **options: object) -> list[int | None]:
    return [entry.id for entry in entries_to_export(factory.competition, factory.workspace, names, **options)]


def test_names_mean_the_same_entries_as_in_other_commands(factory: EntryFactory) -> None:
    assert ids(factory) == [1, 2, 3, 4]
    assert ids(factory, task="recognition") == [3]
    assert ids(factory, "hash", "#2", "slow", "hash( kind = 'dct' )") == [1, 2, 4]


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["nothing"], {}, "has no entry"),
        (["#9"], {}, "there is no entry #9"),
        (["mean_hash"], {"task": "recognition"}, "mean_hash: is no entry on the test images for the chosen task"),
        ([], {"folds": True}, "no entries to export for competition on folds"),
    ],
)
def test_what_means_no_entry_is_refused(
    factory: EntryFactory, names: list[str], options: dict[str, object], message: str
) -> None:
    with pytest.raises(HarnessError, match=message):
        ids(factory, *names, **options)


def test_a_file_is_no_entry(factory: EntryFactory) -> None:
    with pytest.raises(HarnessError, match="is no entry"):
        ids(factory, factory.store.by_ids([1])[1].submission or "")
