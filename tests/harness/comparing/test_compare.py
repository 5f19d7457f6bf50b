"""Tests of `harness.comparing.compare`."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from harness.comparing.compare import EntryComparison, compare_entries
from harness.comparing.entry_lookup import EntryLookup
from harness.data.competition import Competition
from harness.errors import HarnessError
from harness.scoring.stored_evaluation import to_arrays
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import MeanAveragePrecision, compare, metrics_of
from tests.factories.competitions import image_id
from tests.factories.entries import make_entry
from tests.factories.evaluations import random_evaluation


@dataclass
class ComparisonCase:
    """A competition and a workspace with entries, which are compared by name."""

    competition: Competition
    workspace: Workspace

    def add_entry(self, identity: str, score: float = 0.5, *, task: str = "retrieval", **values: object) -> Entry:
        """Add an entry with the per-query values of `random_evaluation` multiplied by `score`."""
        evaluation = random_evaluation(task)  # type: ignore[arg-type]
        per_query = {name: each * score for name, each in evaluation.per_query.items()}
        metric = metrics_of(evaluation.task)[0].name
        scored = {"metric": metric, "scores": {"public": {metric: score}}, "created": datetime.now(UTC)}
        empty = {"coverage": None, "stages": (), "versions": {}, "code_version": "", "run_key": ""}
        where = {"competition": self.competition.key, "competition_name": "small", "task": task}
        entry = make_entry(identity, **(where | scored | empty | values))
        ids = evaluation.query_ids.tolist()
        return EntryStore(self.workspace.database).add(entry, to_arrays(replace(evaluation, per_query=per_query)), ids)

    def compare(self, *names: str, folds: bool = False, **options: object) -> EntryComparison:
        lookup = EntryLookup(self.competition, self.workspace, folds=folds)
        return compare_entries(names, lookup, **options)  # type: ignore[arg-type]

    def error_of(self, *names: str, folds: bool = False, **options: object) -> str:
        """Return the error message of a comparison, which is one line."""
        with pytest.raises(HarnessError) as caught:
            self.compare(*names, folds=folds, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def case(competition_folder: Path, workspace: Path) -> ComparisonCase:
    opened = Workspace.open(workspace)
    return ComparisonCase(Competition.open(competition_folder, opened.descriptors), opened)


def test_a_solution_without_an_entry_of_its_defaults_means_its_best_entry(case: ComparisonCase) -> None:
    case.add_entry("a(x=2)", 0.4)
    case.add_entry("a(x=1)", 0.9)
    case.add_entry("b", 0.5)
    result = case.compare("b", "a")
    assert result.sources == {"b": "entry #3", "a(x=1)": "entry #2"}
    assert list(result.comparison.scores) == ["a(x=1)", "b"]


def test_an_identity_or_a_number_means_exactly_that_entry(case: ComparisonCase) -> None:
    case.add_entry("a", 0.4)
    case.add_entry("a(x=1)", 0.9)
    case.add_entry("a(x=1)", 0.3)
    assert case.compare("a(x=1)", "#1").sources == {"a(x=1)": "entry #2", "a": "entry #1"}
    assert case.compare("2", "#3").sources == {
        "a(x=1) (entry #2)": "entry #2",
        "a(x=1) (entry #3)": "entry #3",
    }


def test_scores_are_those_of_the_stored_judgements(case: ComparisonCase) -> None:
    case.add_entry("a", 0.9)
    case.add_entry("b", 0.5)
    judgement = random_evaluation("retrieval")
    rows = judgement.usage == "Public"
    values = judgement.per_query["map@100"][rows]
    result = case.compare("a", "b", part="public", seed=3)
    assert result.comparison.scores["a"] == pytest.approx(0.9 * values.mean())
    assert result.comparison.queries == np.count_nonzero(rows)


def test_gap_is_compared_by_the_stored_answers(case: ComparisonCase) -> None:
    case.add_entry("a", task="recognition")
    case.add_entry("b", task="recognition")
    result = case.compare("a", "b")
    judgement = random_evaluation("recognition").judgement
    assert result.comparison == compare(metrics_of("recognition")[0], {"a": [judgement], "b": [judgement]})


def test_files_are_compared(case: ComparisonCase, tmp_path: Path) -> None:
    index = case.competition.index.ids
    right, wrong = tmp_path / "right.csv", tmp_path / "wrong.csv"
    right.write_text("id,images\n" + "".join(f"{query},{' '.join(index)}\n" for query in case.competition.queries.ids))
    wrong.write_text(f"id,images\n{image_id('test', 0)},\n")
    result = case.compare(str(wrong), str(right))
    assert list(result.comparison.scores) == ["right.csv", "wrong.csv"]
    assert result.sources["right.csv"] == str(right)
    assert case.compare(str(wrong), str(right), metric="map@3").metric == MeanAveragePrecision(3)
    (tmp_path / "copy.csv").write_text(right.read_text())
    (pair,) = case.compare(str(right), str(tmp_path / "copy.csv")).comparison.pairs
    assert (pair.difference, pair.p, pair.effect) == (0, 1, 0)


def test_answers_to_different_queries_are_not_compared(case: ComparisonCase, tmp_path: Path) -> None:
    case.add_entry("a")
    file = tmp_path / "file.csv"
    file.write_text(f"id,images\n{image_id('test', 0)},\n")
    assert "a and file.csv answer different queries" in case.error_of("a", str(file))


def add_fold_entries(
    case: ComparisonCase, identity: str, score: float, numbers: tuple[int, ...] = (1, 2), deal: str = "abc"
) -> None:
    for number in numbers:
        case.add_entry(identity, score, split=f"fold {number}/2 of deal {deal}", scores={"private": {"map@100": score}})


def test_on_folds_the_latest_entry_of_each_fold_is_compared(case: ComparisonCase) -> None:
    add_fold_entries(case, "a", 0.9, deal="old")
    add_fold_entries(case, "a", 0.5)
    add_fold_entries(case, "b", 0.7)
    case.add_entry("a", 0.8, split="fold 2/2 of deal abc", scores={"private": {"map@100": 0.8}})
    case.add_entry("c", 0.1)
    result = case.compare("a", "b", folds=True)
    assert result.sources == {"a": "entries #3, #7", "b": "entries #5, #6"}
    mean = random_evaluation("retrieval").per_query["map@100"].mean()
    assert result.comparison.scores == {"b": pytest.approx(0.7 * mean), "a": pytest.approx(0.65 * mean)}


def test_an_incomplete_cross_validation_is_not_compared(case: ComparisonCase) -> None:
    add_fold_entries(case, "a", 0.9)
    add_fold_entries(case, "b", 0.9, (1,))
    assert "b has a score on 1 of 2 folds; landmark run 'b' --folds" in case.error_of("a", "b", folds=True)


def test_on_folds_numbers_and_files_are_refused(case: ComparisonCase, tmp_path: Path) -> None:
    add_fold_entries(case, "a", 0.9)
    assert "leave out --folds" in case.error_of("a", "#1", folds=True)
    file = tmp_path / "file.csv"
    file.write_text(f"id,images\n{image_id('test', 0)},\n")
    assert "leave out --folds" in case.error_of("a", str(file), folds=True)


def test_an_unknown_name_gets_a_suggestion(case: ComparisonCase) -> None:
    case.add_entry("hash")
    assert "'hahs' has no entry" in case.error_of("hahs", "hash")
    assert "did you mean 'hash'?" in case.error_of("hahs", "hash")
    assert "run it first" in case.error_of("zzz", "hash")
    assert "on the folds of" in case.error_of("hash", "hash", folds=True)
    assert "there is no entry #99" in case.error_of("#99", "hash")


def test_one_answer_alone_or_twice_is_refused(case: ComparisonCase) -> None:
    case.add_entry("a")
    assert "name two or more" in case.error_of("a")
    assert "a (entry #1) is named twice" in case.error_of("a", "#1")


def test_an_entry_without_a_score_is_refused(case: ComparisonCase) -> None:
    case.add_entry("a")
    case.add_entry("b", status="failed", reason="out of memory")
    assert "b (entry #2) has no score: out of memory; run it again" in case.error_of("a", "b")
    case.add_entry("c", status="unscored", scores={})
    assert "c (entry #3) has no score; the competition had no ground truth for it" in case.error_of("a", "c")


def test_other_tasks_and_competitions_are_refused(case: ComparisonCase) -> None:
    case.add_entry("a")
    case.add_entry("b", task="recognition")
    case.add_entry("c", competition="another", competition_name="elsewhere")
    assert "a is for retrieval, b is for recognition; compare answers for one task" in case.error_of("a", "b")
    assert "compare answers for recognition" in case.error_of("a", "a", task="recognition")
    assert "entry #3 is of elsewhere" in case.error_of("a", "#3")


def test_a_metric_that_is_not_stored_or_of_the_other_task_is_refused(case: ComparisonCase) -> None:
    case.add_entry("a")
    case.add_entry("b")
    assert "a: its entry has no map@7; choose one of map@100" in case.error_of("a", "b", metric="map@7")
    assert "gap scores recognition, not retrieval" in case.error_of("a", "b", metric="gap")
    assert "did you mean 'map@100'" in case.error_of("a", "b", metric="mapp@100")


def test_an_entry_of_an_older_version_is_compared_as_far_as_its_arrays_go(case: ComparisonCase) -> None:
    store = EntryStore(case.workspace.database)
    for identity in ("a", "b"):
        entry = case.add_entry(identity, competition="another")
        old = random_evaluation("retrieval")
        store.add(replace(entry, competition=case.competition.key), old.per_query, old.query_ids.tolist())
    assert case.compare("a", "b").comparison.tied == ("a", "b")
    assert "created by an older version and lacks the data for map@100 of public queries" in case.error_of(
        "a", "b", part="public"
    )


def test_a_part_without_queries_is_refused(case: ComparisonCase) -> None:
    evaluation = replace(random_evaluation("retrieval"), usage=np.full(20, "Private", object))
    for identity in ("a", "b"):
        entry = case.add_entry(identity, competition="another")
        entry = replace(entry, competition=case.competition.key)
        EntryStore(case.workspace.database).add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())
    assert "none of the public queries counts by map@100; choose another --part" in case.error_of(
        "a", "b", part="public"
    )
