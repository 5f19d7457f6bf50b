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
class EnteredCompetition:
    """A competition and a workspace with entries, which are compared by name."""

    competition: Competition
    workspace: Workspace

    def enter(self, identity: str, score: float = 0.5, *, task: str = "retrieval", **values: object) -> Entry:
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
def entered(competition_folder: Path, workspace: Path) -> EnteredCompetition:
    opened = Workspace.open(workspace)
    return EnteredCompetition(Competition.open(competition_folder, opened.descriptors), opened)


def test_a_solution_without_an_entry_of_its_defaults_means_its_best_entry(entered: EnteredCompetition) -> None:
    entered.enter("a(x=2)", 0.4)
    entered.enter("a(x=1)", 0.9)
    entered.enter("b", 0.5)
    found = entered.compare("b", "a")
    assert found.sources == {"b": "entry #3", "a(x=1)": "entry #2"}
    assert list(found.comparison.scores) == ["a(x=1)", "b"]


def test_an_identity_or_a_number_means_exactly_that_entry(entered: EnteredCompetition) -> None:
    entered.enter("a", 0.4)
    entered.enter("a(x=1)", 0.9)
    entered.enter("a(x=1)", 0.3)
    assert entered.compare("a(x=1)", "#1").sources == {"a(x=1)": "entry #2", "a": "entry #1"}
    assert entered.compare("2", "#3").sources == {
        "a(x=1) (entry #2)": "entry #2",
        "a(x=1) (entry #3)": "entry #3",
    }


def test_scores_are_those_of_the_stored_judgements(entered: EnteredCompetition) -> None:
    entered.enter("a", 0.9)
    entered.enter("b", 0.5)
    judgement = random_evaluation("retrieval")
    rows = judgement.usage == "Public"
    values = judgement.per_query["map@100"][rows]
    found = entered.compare("a", "b", part="public", seed=3)
    assert found.comparison.scores["a"] == pytest.approx(0.9 * values.mean())
    assert found.comparison.queries == np.count_nonzero(rows)


def test_gap_is_compared_by_the_stored_answers(entered: EnteredCompetition) -> None:
    entered.enter("a", task="recognition")
    entered.enter("b", task="recognition")
    found = entered.compare("a", "b")
    judgement = random_evaluation("recognition").judgement
    assert found.comparison == compare(metrics_of("recognition")[0], {"a": [judgement], "b": [judgement]})


def test_files_are_compared(entered: EnteredCompetition, tmp_path: Path) -> None:
    index = entered.competition.index.ids
    right, wrong = tmp_path / "right.csv", tmp_path / "wrong.csv"
    right.write_text(
        "id,images\n" + "".join(f"{query},{' '.join(index)}\n" for query in entered.competition.queries.ids)
    )
    wrong.write_text(f"id,images\n{image_id('test', 0)},\n")
    found = entered.compare(str(wrong), str(right))
    assert list(found.comparison.scores) == ["right.csv", "wrong.csv"]
    assert found.sources["right.csv"] == str(right)
    assert entered.compare(str(wrong), str(right), metric="map@3").metric == MeanAveragePrecision(3)
    (tmp_path / "copy.csv").write_text(right.read_text())
    (pair,) = entered.compare(str(right), str(tmp_path / "copy.csv")).comparison.pairs
    assert (pair.difference, pair.p, pair.effect) == (0, 1, 0)


def test_answers_to_different_queries_are_not_compared(entered: EnteredCompetition, tmp_path: Path) -> None:
    entered.enter("a")
    file = tmp_path / "file.csv"
    file.write_text(f"id,images\n{image_id('test', 0)},\n")
    assert "a and file.csv answer different queries" in entered.error_of("a", str(file))


def enter_folds(
    entered: EnteredCompetition, identity: str, score: float, numbers: tuple[int, ...] = (1, 2), deal: str = "abc"
) -> None:
    for number in numbers:
        entered.enter(identity, score, split=f"fold {number}/2 of deal {deal}", scores={"private": {"map@100": score}})


def test_on_folds_the_latest_entry_of_each_fold_is_compared(entered: EnteredCompetition) -> None:
    enter_folds(entered, "a", 0.9, deal="old")
    enter_folds(entered, "a", 0.5)
    enter_folds(entered, "b", 0.7)
    entered.enter("a", 0.8, split="fold 2/2 of deal abc", scores={"private": {"map@100": 0.8}})
    entered.enter("c", 0.1)
    found = entered.compare("a", "b", folds=True)
    assert found.sources == {"a": "entries #3, #7", "b": "entries #5, #6"}
    mean = random_evaluation("retrieval").per_query["map@100"].mean()
    assert found.comparison.scores == {"b": pytest.approx(0.7 * mean), "a": pytest.approx(0.65 * mean)}


def test_an_incomplete_cross_validation_is_not_compared(entered: EnteredCompetition) -> None:
    enter_folds(entered, "a", 0.9)
    enter_folds(entered, "b", 0.9, (1,))
    assert "b has a score on 1 of 2 folds; landmark run 'b' --folds" in entered.error_of("a", "b", folds=True)


def test_on_folds_numbers_and_files_are_refused(entered: EnteredCompetition, tmp_path: Path) -> None:
    enter_folds(entered, "a", 0.9)
    assert "leave out --folds" in entered.error_of("a", "#1", folds=True)
    file = tmp_path / "file.csv"
    file.write_text(f"id,images\n{image_id('test', 0)},\n")
    assert "leave out --folds" in entered.error_of("a", str(file), folds=True)


def test_an_unknown_name_gets_a_suggestion(entered: EnteredCompetition) -> None:
    entered.enter("hash")
    assert "'hahs' has no entry" in entered.error_of("hahs", "hash")
    assert "did you mean 'hash'?" in entered.error_of("hahs", "hash")
    assert "landmark run makes entries" in entered.error_of("zzz", "hash")
    assert "on the folds of" in entered.error_of("hash", "hash", folds=True)
    assert "there is no entry #99" in entered.error_of("#99", "hash")


def test_one_answer_alone_or_twice_is_refused(entered: EnteredCompetition) -> None:
    entered.enter("a")
    assert "name two or more" in entered.error_of("a")
    assert "a (entry #1) is named twice" in entered.error_of("a", "#1")


def test_an_entry_without_a_score_is_refused(entered: EnteredCompetition) -> None:
    entered.enter("a")
    entered.enter("b", status="failed", reason="out of memory")
    assert "b (entry #2) has no score: out of memory; run it again" in entered.error_of("a", "b")


def test_other_tasks_and_competitions_are_refused(entered: EnteredCompetition) -> None:
    entered.enter("a")
    entered.enter("b", task="recognition")
    entered.enter("c", competition="another", competition_name="elsewhere")
    assert "a is for retrieval, b is for recognition; compare answers for one task" in entered.error_of("a", "b")
    assert "compare answers for recognition" in entered.error_of("a", "a", task="recognition")
    assert "entry #3 is of elsewhere" in entered.error_of("a", "#3")


def test_a_metric_that_is_not_stored_or_of_the_other_task_is_refused(entered: EnteredCompetition) -> None:
    entered.enter("a")
    entered.enter("b")
    assert "a: its entry has no map@7; choose one of map@100" in entered.error_of("a", "b", metric="map@7")
    assert "gap scores recognition, not retrieval" in entered.error_of("a", "b", metric="gap")
    assert "did you mean 'map@100'" in entered.error_of("a", "b", metric="mAP@100")


def test_an_entry_of_an_older_version_is_compared_as_far_as_its_arrays_go(entered: EnteredCompetition) -> None:
    store = EntryStore(entered.workspace.database)
    for identity in ("a", "b"):
        entry = entered.enter(identity, competition="another")
        old = random_evaluation("retrieval")
        store.add(replace(entry, competition=entered.competition.key), old.per_query, old.query_ids.tolist())
    assert entered.compare("a", "b").comparison.tied == ("a", "b")
    assert "created by an older version and lacks the data for map@100 of public queries" in entered.error_of(
        "a", "b", part="public"
    )


def test_a_part_without_queries_is_refused(entered: EnteredCompetition) -> None:
    evaluation = replace(random_evaluation("retrieval"), usage=np.full(20, "Private", object))
    for identity in ("a", "b"):
        entry = entered.enter(identity, competition="another")
        entry = replace(entry, competition=entered.competition.key)
        EntryStore(entered.workspace.database).add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())
    assert "none of the public queries counts by map@100; choose another --part" in entered.error_of(
        "a", "b", part="public"
    )
