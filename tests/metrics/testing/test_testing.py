"""Tests of `metrics.testing`: agreement of metrics, slow references, properties, mistakes and the check.

They cover `metrics.testing.cases`, `metrics.testing.strategies`, `metrics.testing.perturbations`,
`metrics.testing.properties`, `metrics.testing.known_mistakes`,
`metrics.testing.mistaken_scorers`, `metrics.testing.check` and `metrics.testing.loading`.
"""

import warnings
from math import nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import METRIC_CLASSES, RetrievalMetric, judge_recognition, judge_retrieval, metric, metrics_of
from metrics.statistics.bootstrap import is_mean
from metrics.testing import (
    KnownMistake,
    ScoringCase,
    cases_for,
    check,
    diagnose,
    mistakes_of,
    properties_of,
    recognition_case,
    recognition_cases,
    retrieval_case,
    slow_score,
)
from metrics.testing.known_mistakes import scores_agree
from metrics.testing.loading import ScorerLoadError, load_score, metric_for
from metrics.testing.mistaken_scorers import ScorerRules, mistaken_score_range

RETRIEVAL = [kind for kind in METRIC_CLASSES if issubclass(kind, RetrievalMetric)]
EVERY = [*(kind(k) for kind in RETRIEVAL for k in (100, 3)), *metrics_of("recognition"), metric("gap_landmarks_only")]
every_metric = pytest.mark.parametrize("each", EVERY, ids=repr)
WITH_MISTAKES = [
    *(kind(4 if kind.position == 0 else 3) for kind in RETRIEVAL if is_mean(kind())),
    *metrics_of("recognition"),
]
every_mistake = pytest.mark.parametrize(
    ("each", "mistake"),
    [(each, mistake) for each in WITH_MISTAKES for mistake in mistakes_of(each)],
    ids=lambda value: value.name,
)


def fast_score(each, case):
    judge = judge_retrieval if each.task == "retrieval" else judge_recognition
    return each.score(judge(case.answers, case.truth))


@every_metric
@settings(max_examples=30)
@given(st.data())
def test_a_metric_agrees_with_its_slow_reference_to_1e_12(each, data):
    case = data.draw(cases_for(each))
    assert fast_score(each, case) == pytest.approx(slow_score(each, case), rel=0, abs=1e-12)


@pytest.mark.parametrize(
    ("each", "stated"),
    [(each, stated) for each in EVERY for stated in properties_of(each)],
    ids=lambda value: value.name,
)
@settings(max_examples=12)
@given(st.data())
def test_every_metric_has_its_properties(each, stated, data):
    cases = data.draw(stated.cases(each))
    assert stated.holds(each, cases, tuple(fast_score(each, case) for case in cases))


def test_every_metric_has_at_least_six_properties():
    assert all(len(properties_of(each)) >= 6 for each in EVERY)


@every_metric
@settings(max_examples=30)
@given(st.data())
def test_a_scorer_with_the_right_rules_gives_the_right_score(each, data):
    case = data.draw(cases_for(each))
    expected = slow_score(metric("gap"), case) if each.name == "gap_landmarks_only" else slow_score(each, case)
    low, high = mistaken_score_range(each, case, ScorerRules())
    assert scores_agree(low, expected)
    assert scores_agree(high, expected)


@every_mistake
def test_every_mistake_is_distinguished_from_all_others(each, mistake: KnownMistake):
    scores: dict[ScoringCase, float] = {}

    @settings(max_examples=25, derandomize=True)
    @given(cases_for(each))
    def survey(case):
        scores[case] = mistaken_score_range(each, case, ScorerRules(**mistake.change))[0]

    survey()
    scores |= {
        case: mistaken_score_range(each, case, ScorerRules(**mistake.change))[0]
        for case in SEPARATING
        if case.task == each.task
    }
    named = [other.name for other in diagnose(each, scores)]
    assert named == [mistake.name] or mistake.change.get("ties") == "any"
    assert any(not scores_agree(slow_score(each, case), score) for case, score in scores.items())


SEPARATING = [
    retrieval_case({"q": "a b c d e f", "r": "a", "s": "a b"}, {"q": "a a b c d x e", "r": "", "s": "x a"}),
    retrieval_case({"q": "a b c d e f", "r": "a"}, {"q": "a b"}),
    retrieval_case({"q": "a b", "r": "a"}, {"q": "x x x a", "r": "x y z u v a"}),
    recognition_case(
        {"a": (1,), "b": (2, 3), "c": (), "d": (3,), "e": (1,), "f": (2,)},
        {"e": (1, 10.0), "d": (1, 9.0), "b": (3, 9.0), "c": (2, 0.5), "a": (1, 0.5)},
    ),
    recognition_case({"b": (1,), "a": (2,), "c": (3,), "d": ()}, {"b": (1, 0.5), "c": (3, 0.5), "a": (1, 0.5)}),
    recognition_case({"b": (1,), "c": (2,), "a": (3,)}, {"c": (2, 0.5), "a": (1, 0.5), "b": (1, 0.5)}),
]


def test_two_mistakes_at_once_are_named_both():
    rules = ScorerRules(repeats="twice", divisor="R")
    result = {case: mistaken_score_range(metric("map@4"), case, rules)[0] for case in SEPARATING[:3]}
    assert [mistake.name for mistake in diagnose(metric("map@4"), result)] == [
        "duplicates counted twice",
        "divide by R",
    ]


def test_scores_that_no_mistake_explains_have_no_diagnosis():
    assert diagnose(metric("map@4"), dict.fromkeys(SEPARATING[:3], 0.123)) == ()


@pytest.mark.parametrize("case", SEPARATING[:4])
def test_the_files_of_a_case_hold_its_tables(case, tmp_path):
    case.write(tmp_path / "new")
    for name, table in zip(("ground_truth", "submission"), case.tables(), strict=True):
        read = pd.read_csv(tmp_path / "new" / f"{name}.csv", dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(read, table)


@given(recognition_cases())
def test_a_recognition_case_has_a_score(case):
    assert any(case.truth.values())
    assert set(dict(case.submission)) <= set(case.truth)


def test_the_report_on_a_right_function_has_no_findings():
    report = check(mean_of_hits, metric("precision@3"), examples=15)
    assert (report.wrong, report.counter_example, report.violations) == (False, None, ())
    assert report.lines("anywhere")[-1] == "ok   equals precision@3"


def test_a_random_function_can_be_checked():
    dice = iter(range(10**6))
    assert check(lambda *_: next(dice), metric("precision@3"), examples=10).wrong


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        (lambda *_: None, "None, which is not a number"),
        (lambda *_: float("inf"), "inf"),
        (lambda *_: {}["id"], "KeyError: 'id'"),
    ],
)
def test_a_function_that_returns_no_number_is_reported_with_its_outcome(score, outcome):
    report = check(score, metric("map@3"), examples=10)
    assert report.counter_example.outcome == outcome
    assert f"FAIL gives a finite number: {outcome}" in report.lines("anywhere")
    assert (
        report.lines("anywhere")[-1]
        == "neither one known mistake nor two explain it; correct what the first FAIL line says, then check again"
    )


def test_warnings_of_the_function_are_not_shown():
    report = check(lambda *_: warnings.warn("of an empty slice", stacklevel=1) or nan, metric("map@3"), examples=10)
    assert report.counter_example.outcome == "nan"


def test_the_same_metric_gets_the_same_report():
    first, second = (check(lambda *_: 0.5, metric("gap"), examples=10) for _ in range(2))
    assert (first.n_examples, first.counter_example) == (second.n_examples, second.counter_example)


def test_a_function_is_found_by_module_and_by_file(tmp_path):
    (tmp_path / "beside.py").write_text("VALUE = 0.5\n")
    (tmp_path / "mine.py").write_text("import beside\ndef score(*_): return beside.VALUE\n")
    assert load_score(f"{tmp_path}/mine.py")() == load_score(f"{tmp_path}/mine.py:score")() == 0.5
    assert load_score("math:sqrt")(4) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no/such.py", "no/such.py: there is no such file"),
        ("no_such_module:score", "no_such_module: cannot be imported: ModuleNotFoundError"),
        ("math:no_such", "math: defines no function 'no_such'"),
        (":score", "cannot be imported: ValueError"),
    ],
)
def test_the_error_for_a_missing_function_names_it(name, message):
    with pytest.raises(ScorerLoadError, match=message):
        load_score(name)


def test_the_metric_to_equal_is_an_argument_an_attribute_or_the_default():
    def score(): ...

    assert metric_for(score) == metric("map@100")
    assert metric_for(score, task="recognition") == metric("gap")
    score.against = "recall@5"
    assert metric_for(score) == metric("recall@5")
    assert metric_for(score, "gap") == metric("gap")
    with pytest.raises(ValueError, match="recall@5 is a metric of retrieval, not of recognition"):
        metric_for(score, task="recognition")


def mean_of_hits(solution, submission, row_id_column_name):
    """precision@3, written with pandas."""
    table = solution.merge(submission, on=row_id_column_name, how="left", suffixes=("_true", "")).fillna("")
    hits = [len(set(row.images.split()[:3]) & set(row.images_true.split())) for row in table.itertuples()]
    return sum(hits) / 3 / len(table)
