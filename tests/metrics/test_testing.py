"""What is offered to people who write metrics: strategies, slow twins, laws, and mistakes known by name."""

import builtins
import importlib
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import METRICS, judge_recognition, judge_retrieval, metric
from metrics.testing import (
    Fault,
    World,
    check,
    diagnose,
    faults_of,
    laws_of,
    recognition_world,
    recognition_worlds,
    retrieval_world,
    slow_score,
    worlds_for,
)
from metrics.testing.known_mistakes import same
from metrics.testing.loading import CannotLoadError, load_score, metric_for
from metrics.testing.mistaken_scorers import Rules, faulty_range

NAMES = ("map@100", "map@3", "precision@1", "precision@5", "recall@100", "recall@2", "mean_first_hit@4")
RECOGNITION = ("gap", "gap_landmarks_only", "top1_accuracy")
EVERY = [metric(name) for name in (*NAMES, "median_first_hit@100", *RECOGNITION)]
every_metric = pytest.mark.parametrize("each", EVERY, ids=repr)
WITH_FAULTS = [
    metric(name) for name in ("map@4", "precision@3", "recall@3", "mean_first_hit@3", "gap", "top1_accuracy")
]
every_fault = pytest.mark.parametrize(
    ("each", "fault"),
    [(each, fault) for each in WITH_FAULTS for fault in faults_of(each)],
    ids=lambda value: value.name,
)


def fast_score(each, world):
    judge = judge_retrieval if each.task == "retrieval" else judge_recognition
    return each.score(judge(world.answers, world.truth))


@every_metric
@settings(max_examples=30)
@given(st.data())
def test_a_metric_agrees_with_its_slow_twin_to_1e_12(each, data):
    world = data.draw(worlds_for(each))
    assert fast_score(each, world) == pytest.approx(slow_score(each, world), rel=0, abs=1e-12)


@pytest.mark.parametrize(
    ("each", "law"), [(each, law) for each in EVERY for law in laws_of(each)], ids=lambda value: value.name
)
@settings(max_examples=12)
@given(st.data())
def test_every_metric_obeys_its_laws(each, law, data):
    worlds = data.draw(law.worlds(each))
    assert law.held(each, worlds, tuple(fast_score(each, world) for world in worlds))


def test_every_kind_of_metric_is_among_those_tested():
    kinds = {type(each) for each in EVERY}
    assert kinds == {type(each) for each in METRICS.values()}
    assert all(len(laws_of(each)) >= 6 for each in EVERY)


@every_metric
@settings(max_examples=30)
@given(st.data())
def test_a_scorer_of_the_official_rules_makes_no_mistake(each, data):
    world = data.draw(worlds_for(each))
    expected = slow_score(metric("gap"), world) if each.name == "gap_landmarks_only" else slow_score(each, world)
    low, high = faulty_range(each, world, Rules())
    assert same(low, expected)
    assert same(high, expected)


@every_fault
def test_every_mistake_is_told_from_all_others(each, fault: Fault):
    found: dict[World, float] = {}

    @settings(max_examples=25, derandomize=True)
    @given(worlds_for(each))
    def survey(world):
        found[world] = faulty_range(each, world, Rules(**fault.change))[0]

    survey()
    found |= {
        world: faulty_range(each, world, Rules(**fault.change))[0] for world in SEPARATING if world.task == each.task
    }
    named = [other.name for other in diagnose(each, found)]
    assert named == [fault.name] or fault.change.get("ties") == "any"
    assert any(not same(slow_score(each, world), score) for world, score in found.items())


SEPARATING = [
    retrieval_world({"q": "a b c d e f", "r": "a", "s": "a b"}, {"q": "a a b c d x e", "r": "", "s": "x a"}),
    retrieval_world({"q": "a b c d e f", "r": "a"}, {"q": "a b"}),
    retrieval_world({"q": "a b", "r": "a"}, {"q": "x x x a", "r": "x y z u v a"}),
    recognition_world(
        {"a": (1,), "b": (2, 3), "c": (), "d": (3,), "e": (1,), "f": (2,)},
        {"e": (1, 10.0), "d": (1, 9.0), "b": (3, 9.0), "c": (2, 0.5), "a": (1, 0.5)},
    ),
    recognition_world({"b": (1,), "a": (2,), "c": (3,), "d": ()}, {"b": (1, 0.5), "c": (3, 0.5), "a": (1, 0.5)}),
    recognition_world({"b": (1,), "c": (2,), "a": (3,)}, {"c": (2, 0.5), "a": (1, 0.5), "b": (1, 0.5)}),
]


def test_two_mistakes_at_once_are_named_both():
    rules = Rules(repeats="twice", divisor="R")
    found = {world: faulty_range(metric("map@4"), world, rules)[0] for world in SEPARATING[:3]}
    assert [fault.name for fault in diagnose(metric("map@4"), found)] == ["duplicates counted twice", "divide by R"]


def test_what_no_mistake_explains_is_not_named():
    assert diagnose(metric("map@4"), dict.fromkeys(SEPARATING[:3], 0.123)) == ()


@pytest.mark.parametrize("world", SEPARATING[:4])
def test_a_world_is_read_from_its_files_as_it_is_handed_over(world, tmp_path):
    world.write(tmp_path / "new")
    for name, table in zip(("ground_truth", "submission"), world.tables(), strict=True):
        read = pd.read_csv(tmp_path / "new" / f"{name}.csv", dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(read, table)


@given(recognition_worlds())
def test_a_recognition_world_has_a_score(world):
    assert any(world.truth.values())
    assert set(dict(world.submission)) <= set(world.truth)


def test_a_right_metric_has_nothing_wrong_with_it():
    report = check(mean_of_hits, metric("precision@3"), examples=15)
    assert (report.wrong, report.counter_example, report.broken) == (False, None, ())
    assert report.lines("anywhere")[-1] == "ok   equals precision@3"


def test_a_metric_that_throws_dice_is_studied_all_the_same():
    dice = iter(range(10**6))
    assert check(lambda *_: next(dice), metric("precision@3"), examples=10).wrong


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        (lambda *_: None, "None, which is no number"),
        (lambda *_: float("inf"), "inf"),
        (lambda *_: {}["id"], "KeyError: 'id'"),
    ],
)
def test_a_metric_that_gives_no_number_is_reported_with_what_it_gave(score, outcome):
    report = check(score, metric("map@3"), examples=10)
    assert report.counter_example.outcome == outcome
    assert f"FAIL gives a finite number: {outcome}" in report.lines("anywhere")
    assert report.lines("anywhere")[-1] == "no classic mistake explains it"


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
def test_a_function_that_is_not_there_is_refused_by_name(name, message):
    with pytest.raises(CannotLoadError, match=message):
        load_score(name)


def test_what_a_metric_should_equal_is_named_annotated_or_guessed():
    def score(): ...

    assert metric_for(score) == metric("map@100")
    assert metric_for(score, task="recognition") == metric("gap")
    score.against = "recall@5"
    assert metric_for(score) == metric("recall@5")
    assert metric_for(score, "gap") == metric("gap")
    with pytest.raises(ValueError, match="recall@5 is a metric of retrieval, not of recognition"):
        metric_for(score, task="recognition")


def test_without_hypothesis_one_line_says_how_to_install_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **options):
        if name == "hypothesis":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **options)

    kept = {name: module for name, module in sys.modules.items() if name.startswith("metrics.testing")}
    for name in kept:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'landmark\[testing\]'"):
        importlib.import_module("metrics.testing")


def mean_of_hits(solution, submission, row_id_column_name):
    """precision@3, as somebody with pandas would write it."""
    table = solution.merge(submission, on=row_id_column_name, how="left", suffixes=("_true", "")).fillna("")
    hits = [len(set(row.images.split()[:3]) & set(row.images_true.split())) for row in table.itertuples()]
    return sum(hits) / 3 / len(table)
