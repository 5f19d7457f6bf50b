"""Select the entries to export."""

from collections.abc import Sequence

from harness.comparing.entry_lookup import EntryLookup, named_entries
from harness.data.competition import Competition
from harness.data.query_sample import is_fold
from harness.errors import HarnessError
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore


def entries_to_export(
    competition: Competition,
    workspace: Workspace,
    names: Sequence[str] = (),
    task: str | None = None,
    *,
    folds: bool = False,
) -> list[Entry]:
    """Return all entries that the names mean, or without names every entry, the earliest first.

    They are on the test images or a sample of them, or with `folds` on folds of the train images. Raises HarnessError
    for an unknown name, and if there is no entry.
    """
    stored = EntryStore(workspace.database).entries(competition=competition.key, task=task)
    entries = [entry for entry in stored if is_fold(entry.split) == folds]
    if names:
        lookup = EntryLookup(competition, workspace, folds=folds)
        chosen = {entry.id for name in names for entry in _named(name, entries, lookup)}
        entries = [entry for entry in entries if entry.id in chosen]
    if not entries:
        where = f"{competition.name}{f', {task}' if task else ''}{' on folds' * folds}"
        raise HarnessError(f"there are no entries to export for {where}; landmark run makes some")
    return entries


def _named(name: str, entries: Sequence[Entry], lookup: EntryLookup) -> list[Entry]:
    tasks = lookup.tasks(name)  # raises HarnessError for an unknown name
    named = named_entries(name, entries, lookup.workspace.register)
    if not named:
        kind = "on folds" if lookup.folds else "on the test images"
        raise HarnessError(f"{name}: is no entry {kind} for the chosen task; it is for {' and '.join(tasks)}")
    return named
