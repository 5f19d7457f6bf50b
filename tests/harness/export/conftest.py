from pathlib import Path

import pytest

from harness.running.outcome import Outcome, submission_digest
from harness.workspace import Workspace
from tests.factories.entries import EntryFactory


@pytest.fixture
def factory(competition_folder: Path, workspace: Path) -> EntryFactory:
    """Entries #1 `hash(kind='dct')`, #2 `mean_hash` and #3 `most_frequent` with submissions, and #4, which failed."""
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    labels = {query: (number % 3, 0.5) for number, query in enumerate(factory.competition.queries.ids)}
    entries = [factory.add_ranking("hash(kind='dct')", right=1.0), factory.add_ranking("mean_hash", right=0.5)]
    for entry in [*entries, factory.add_labelling("most_frequent", labels)]:
        run = Path(entry.submission or "").parent
        Outcome(None, digest=submission_digest(run)).save(run)
    factory.add_failed("slow", "ran out of time")
    return factory
