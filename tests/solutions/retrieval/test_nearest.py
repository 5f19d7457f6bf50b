import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.errors import HarnessError
from harness.scoring.evaluate import evaluate
from harness.solution.registry import load_solution
from solutions.retrieval.nearest import Nearest


@pytest.mark.parametrize("descriptor", ["gem", "spoc_centre", "gem_4", "rmac"])
def test_every_pooling_with_one_row_finds_the_images_of_the_landmark(descriptor: str, competition: Competition) -> None:
    split = own_split(competition, "retrieval")
    solution = Nearest(descriptor, side=96)
    solution.fit(split.data)
    assert split.ground_truth is not None
    score = evaluate(solution.rank(split.queries), split.ground_truth).scores["all"]["map@100"]
    assert score is not None
    assert score > 0.9


def test_an_unknown_pooling_is_refused_in_one_line() -> None:
    with pytest.raises(HarnessError, match="no pooling is named 'max'; known are mac, ") as raised:
        load_solution("nearest(descriptor='max')")
    assert "\n" not in str(raised.value)


def test_the_default_pooling_is_not_part_of_the_identity() -> None:
    assert repr(load_solution("nearest(descriptor='gem')")) == "nearest"


def test_an_unknown_precision_is_refused_in_one_line() -> None:
    with pytest.raises(
        HarnessError, match="precision='half' is not allowed: Input should be 'float32' or 'bf16'"
    ) as raised:
        load_solution("nearest(precision='half')")
    assert "\n" not in str(raised.value)
