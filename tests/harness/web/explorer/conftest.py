import pytest

from harness.data.ground_truth import load_ground_truth
from tests.factories.entries import EntryFactory


@pytest.fixture
def first_query(factory: EntryFactory) -> tuple[str, list[str]]:
    """A scored query and its relevant images."""
    truth = load_ground_truth(factory.competition.folder, "retrieval")
    assert truth is not None
    return str(truth.query_ids[0]), truth.images.texts()[truth.relevant[: truth.offsets[1]]].tolist()
