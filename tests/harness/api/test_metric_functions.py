import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from harness.api.metric_functions import metric, metrics
from harness.errors import HarnessError, SubmissionError
from metrics import COMPLETE_METRICS, METRICS, PROTOCOL_METRICS, judge_complete
from metrics.testing.cases import slow_score
from metrics.testing.strategies import cases_for

TRUTH = DataFrame({"id": ["q", "r"], "images": ["a b", "c"]})


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_on_data_frames_equals_its_slow_reference(name: str) -> None:
    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(cases_for(METRICS[name]))
    def check(case: object) -> None:
        solution, submission = case.tables()
        try:
            expected = slow_score(METRICS[name], case)
        except ZeroDivisionError:
            with pytest.raises(HarnessError):
                metric(name)(solution, submission, "id")
            return
        assert metric(name)(solution, submission, "id") == pytest.approx(expected, abs=1e-12)

    check()


@pytest.mark.parametrize("name", [each.name for each in COMPLETE_METRICS])
def test_complete_metrics_read_the_ignored_images(name: str) -> None:
    solution = DataFrame({"id": ["q"], "images": ["a b"], "ignored": ["j"]})
    submission = DataFrame({"id": ["q"], "images": ["j a x b"]})
    judgement = judge_complete({"q": ["j", "a", "x", "b"]}, {"q": {"a", "b"}}, {"q": {"j"}})
    function = metric(name)
    assert function(solution, submission, "id") == function.metric.score(judgement)


def test_the_id_column_may_have_any_name_and_ignored_rows_do_not_count() -> None:
    solution = TRUTH.assign(Usage=["Public", "Ignored"]).rename(columns={"id": "query"})
    submission = DataFrame({"query": ["q", "r"], "images": ["a b", ""]})
    assert metric("map@100")(solution, submission, "query") == 1.0
    assert metric("map@100")(TRUTH, submission.rename(columns={"query": "id"})) == 0.5


@pytest.mark.parametrize(
    ("submission", "message"),
    [
        (DataFrame({"id": ["q", "nobody"], "images": ["a", "a"]}), "the DataFrame submission.*nobody"),
        (DataFrame({"id": ["q", "q"], "images": ["a", "a"]}), "the DataFrame submission"),
        (DataFrame({"id": ["q"], "landmarks": ["3 0.5"]}), "is a submission for recognition, and map@100 scores"),
        (DataFrame({"id": ["q"]}), "the DataFrame submission: the columns must be id,images"),
        ([1, 2], "a path or a DataFrame, not a list"),
    ],
)
def test_a_submission_that_cannot_be_scored_is_refused_in_one_line(submission: object, message: str) -> None:
    with pytest.raises(SubmissionError, match=message) as error:
        metric("map@100")(TRUTH, submission, "id")
    assert str(error.value).isprintable()


def test_a_metric_knows_its_name_and_direction() -> None:
    function = metric("mean_first_hit@100")
    assert (function.name, function.task, function.higher_is_better) == ("mean_first_hit@100", "retrieval", False)
    assert "mean_first_hit@100" in repr(function)
    with pytest.raises(HarnessError, match="did you mean 'map@100'"):
        metric("mapp@100")


def test_all_metrics_are_listed_with_their_definitions() -> None:
    table = metrics()
    assert set(table["name"]) == {*METRICS, *(each.name for each in (*COMPLETE_METRICS, *PROTOCOL_METRICS))}
    assert table["definition"].str.len().min() > 20


@given(st.text(max_size=20))
def test_any_id_keeps_its_text(query: str) -> None:
    solution = DataFrame({"id": [query], "images": ["a"]})
    submission = DataFrame({"id": [query], "images": ["a"]})
    try:
        score = metric("precision@1")(solution, submission)
    except HarnessError as error:
        assert str(error).isprintable()
    else:
        assert score == 1.0


def test_a_protocol_reads_the_grades_of_the_ground_truth_and_ranks_beyond_100():
    ranked = [*(f"x{number}" for number in range(150)), "h", "j", "e"]
    truth = DataFrame({"id": ["q"], "easy": ["e"], "hard": ["h"], "ignored": ["j"]})
    answers = DataFrame({"id": ["q"], "images": [" ".join(ranked)]})
    assert metric("mAP H")(truth, answers, "id") == pytest.approx(1 / 302)
    assert metric("mP@10 E")(truth, answers, "id") == 0
