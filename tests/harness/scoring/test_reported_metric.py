import pytest

from harness.errors import HarnessError
from harness.scoring.reported_metric import reported_metric
from metrics import PROTOCOL_METRICS


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


def test_the_error_for_a_misspelled_name_suggests_the_nearest_of_the_task() -> None:
    with pytest.raises(HarnessError, match=r"'mapp' is not a metric of retrieval; did you mean 'map@100'\?"):
        reported_metric("mapp", "retrieval")
    with pytest.raises(HarnessError, match=r"did you mean 'mAP M'\?"):
        reported_metric("mAPP M", "retrieval", PROTOCOL_METRICS)
