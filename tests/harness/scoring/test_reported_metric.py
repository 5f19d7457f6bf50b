import pytest

from harness.errors import HarnessError
from harness.scoring.reported_metric import reported_metric


@pytest.mark.parametrize(
    ("name", "task", "found"),
    [
        (None, "retrieval", "map@100"),
        ("nDCG", "retrieval", "ndcg@100"),
        ("Top-1 accuracy", "recognition", "top1_accuracy"),
    ],
)
def test_a_reported_metric_is_found_by_any_spelling(name, task, found):
    assert reported_metric(name, task).name == found


@pytest.mark.parametrize(
    ("name", "task"), [("map@7", "retrieval"), ("gap", "retrieval"), ("\x1b" * 1000, "recognition")]
)
def test_a_metric_that_entries_do_not_have_is_refused_in_one_short_line(name, task):
    with pytest.raises(HarnessError, match=f"is not a metric of {task}; choose one of") as error:
        reported_metric(name, task)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300
