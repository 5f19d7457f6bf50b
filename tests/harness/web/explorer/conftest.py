import pytest

from harness.data.ground_truth import load_ground_truth
from tests.factories.entries import Entered


@pytest.fixture
def first_query(entered: Entered) -> tuple[str, list[str]]:
    """A scored query and its relevant images."""
    truth = load_ground_truth(entered.competition.folder, "retrieval")
    assert truth is not None
    return str(truth.query_ids[0]), truth.images.texts()[truth.relevant[: truth.offsets[1]]].tolist()
