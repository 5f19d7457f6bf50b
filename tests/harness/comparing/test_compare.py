"""Comparisons of what is named: entries of the leaderboard by name or number, and files."""

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
class World:
    """A competition and its workspace, to which entries are added as runs would."""

    competition: Competition
    workspace: Workspace

    def enter(self, identity: str, score: float = 0.5, *, task: str = "retrieval", **values: object) -> Entry:
        """Return a new entry whose answers are those of `random_evaluation`, worse by some where the score is lower."""
        evaluation = random_evaluation(task)  # type: ignore[arg-type]
        per_query = {name: each * score for name, each in evaluation.per_query.items()}
        metric = metrics_of(evaluation.task)[0].name
        scored = {"metric": metric, "scores": {"public": {metric: score}}, "created": datetime.now(UTC)}
        empty = {"coverage": None, "stages": (), "versions": {}, "code_version": "", "run_key": ""}
        where = {"competition": self.competition.key, "competition_name": "small", "task": task}
        entry = make_entry(identity, **(where | scored | empty | values))
        ids = evaluation.query_ids.tolist()
        return EntryStore(self.workspace.database).add(entry, to_arrays(replace(evaluation, per_query=per_query)), ids)

    def compared(self, *names: str, folds: bool = False, **options: object) -> EntryComparison:
        contenders = EntryLookup(self.competition, self.workspace, folds=folds)
        return compare_entries(names, contenders, **options)  # type: ignore[arg-type]

    def refusal(self, *names: str, folds: bool = False, **options: object) -> str:
        """The one line with which a comparison is refused."""
        with pytest.raises(HarnessError) as caught:
            self.compared(*names, folds=folds, **options)
        assert "\n" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def world(competition_folder: Path, workspace: Path) -> World:
    opened = Workspace.open(workspace)
    return World(Competition.open(competition_folder, opened.descriptors), opened)


def test_of_a_solution_without_an_entry_of_just_that_name_the_best_is_compared(world: World) -> None:
    world.enter("a(x=2)", 0.4)
    world.enter("a(x=1)", 0.9)
    world.enter("b", 0.5)
    found = world.compared("b", "a")
    assert found.sources == {"b": "entry #3", "a(x=1)": "entry #2"}
    assert list(found.comparison.scores) == ["a(x=1)", "b"]


def test_an_identity_and_the_number_of_an_entry_name_that_very_one(world: World) -> None:
    world.enter("a", 0.4)
    world.enter("a(x=1)", 0.9)
    world.enter("a(x=1)", 0.3)
    assert world.compared("a(x=1)", "#1").sources == {"a(x=1)": "entry #2", "a": "entry #1"}
    assert world.compared("2", "#3").sources == {
        "a(x=1) (entry #2)": "entry #2",
        "a(x=1) (entry #3)": "entry #3",
    }


def test_numbers_are_those_of_the_judgements_themselves(world: World) -> None:
    world.enter("a", 0.9)
    world.enter("b", 0.5)
    judgement = random_evaluation("retrieval")
    rows = judgement.usage == "Public"
    values = judgement.per_query["map@100"][rows]
    found = world.compared("a", "b", part="public", seed=3)
    assert found.comparison.scores["a"] == pytest.approx(0.9 * values.mean())
    assert found.comparison.queries == np.count_nonzero(rows)


def test_gap_is_compared_by_what_was_kept(world: World) -> None:
    world.enter("a", task="recognition")
    world.enter("b", task="recognition")
    found = world.compared("a", "b")
    judgement = random_evaluation("recognition").judgement
    assert found.comparison == compare(metrics_of("recognition")[0], {"a": [judgement], "b": [judgement]})


def test_a_file_is_compared_with_another_and_itself(world: World, tmp_path: Path) -> None:
    index = world.competition.index.ids
    right, wrong = tmp_path / "right.csv", tmp_path / "wrong.csv"
    right.write_text("id,images\n" + "".join(f"{query},{' '.join(index)}\n" for query in world.competition.queries.ids))
    wrong.write_text(f"id,images\n{image_id('test', 0)},\n")
    found = world.compared(str(wrong), str(right))
    assert list(found.comparison.scores) == ["right.csv", "wrong.csv"]
    assert found.sources["right.csv"] == str(right)
    assert world.compared(str(wrong), str(right), metric="map@3").metric == MeanAveragePrecision(3)
    (tmp_path / "copy.csv").write_text(right.read_text())
    (pair,) = world.compared(str(right), str(tmp_path / "copy.csv")).comparison.pairs
    assert (pair.difference, pair.p, pair.effect) == (0, 1, 0)


def test_a_file_and_an_entry_of_other_queries_are_not_compared(world: World, tmp_path: Path) -> None:
    world.enter("a")
    file = tmp_path / "file.csv"
    file.write_text(f"id,images\n{image_id('test', 0)},\n")
    assert "a and file.csv answer different queries" in world.refusal("a", str(file))


def folds(world: World, identity: str, score: float, numbers: tuple[int, ...] = (1, 2), deal: str = "abc") -> None:
    for number in numbers:
        world.enter(identity, score, split=f"fold {number}/2 of deal {deal}", scores={"private": {"map@100": score}})


def test_on_folds_the_latest_entry_of_every_fold_counts(world: World) -> None:
    folds(world, "a", 0.9, deal="old")
    folds(world, "a", 0.5)
    folds(world, "b", 0.7)
    world.enter("a", 0.8, split="fold 2/2 of deal abc", scores={"private": {"map@100": 0.8}})
    world.enter("c", 0.1)
    found = world.compared("a", "b", folds=True)
    assert found.sources == {"a": "entries #3, #7", "b": "entries #5, #6"}
    mean = random_evaluation("retrieval").per_query["map@100"].mean()
    assert found.comparison.scores == {"b": pytest.approx(0.7 * mean), "a": pytest.approx(0.65 * mean)}


def test_an_incomplete_cross_validation_is_not_compared(world: World) -> None:
    folds(world, "a", 0.9)
    folds(world, "b", 0.9, (1,))
    assert "b has a score on 1 of 2 folds; landmark run 'b' --folds" in world.refusal("a", "b", folds=True)


def test_on_folds_numbers_and_files_mean_nothing(world: World, tmp_path: Path) -> None:
    folds(world, "a", 0.9)
    assert "leave out --folds" in world.refusal("a", "#1", folds=True)
    file = tmp_path / "file.csv"
    file.write_text(f"id,images\n{image_id('test', 0)},\n")
    assert "leave out --folds" in world.refusal("a", str(file), folds=True)


def test_an_unknown_name_is_answered_with_the_nearest(world: World) -> None:
    world.enter("hash")
    assert "'hahs' has no entry" in world.refusal("hahs", "hash")
    assert "did you mean 'hash'?" in world.refusal("hahs", "hash")
    assert "landmark run makes entries" in world.refusal("zzz", "hash")
    assert "on the folds of" in world.refusal("hash", "hash", folds=True)
    assert "there is no entry #99" in world.refusal("#99", "hash")


def test_one_answer_is_not_compared_with_nothing_or_itself(world: World) -> None:
    world.enter("a")
    assert "name two or more" in world.refusal("a")
    assert "a (entry #1) is named twice" in world.refusal("a", "#1")


def test_what_has_no_score_is_not_compared(world: World) -> None:
    world.enter("a")
    world.enter("b", status="failed", reason="out of memory")
    assert "b (entry #2) has no score: out of memory; run it again" in world.refusal("a", "b")


def test_tasks_and_competitions_are_not_mixed(world: World) -> None:
    world.enter("a")
    world.enter("b", task="recognition")
    world.enter("c", competition="another", competition_name="elsewhere")
    assert "a is for retrieval, b is for recognition; compare what is for one task" in world.refusal("a", "b")
    assert "compare what is for recognition" in world.refusal("a", "a", task="recognition")
    assert "entry #3 is of elsewhere" in world.refusal("a", "#3")


def test_a_metric_that_was_not_kept_or_is_of_the_other_task_is_refused(world: World) -> None:
    world.enter("a")
    world.enter("b")
    assert "a: its entry keeps no map@7; choose one of map@100" in world.refusal("a", "b", metric="map@7")
    assert "gap scores recognition, not retrieval" in world.refusal("a", "b", metric="gap")
    assert "did you mean 'map@100'" in world.refusal("a", "b", metric="mAP@100")


def test_an_entry_of_an_older_landmark_is_compared_as_far_as_it_goes(world: World) -> None:
    store = EntryStore(world.workspace.database)
    for identity in ("a", "b"):
        entry = world.enter(identity, competition="another")
        old = random_evaluation("retrieval")
        store.add(replace(entry, competition=world.competition.key), old.per_query, old.query_ids.tolist())
    assert world.compared("a", "b").comparison.tied == ("a", "b")
    assert "made by an older landmark, lacks what map@100 of public queries needs" in world.refusal(
        "a", "b", part="public"
    )


def test_a_part_without_queries_is_refused(world: World) -> None:
    evaluation = replace(random_evaluation("retrieval"), usage=np.full(20, "Private", object))
    for identity in ("a", "b"):
        entry = world.enter(identity, competition="another")
        entry = replace(entry, competition=world.competition.key)
        EntryStore(world.workspace.database).add(entry, to_arrays(evaluation), evaluation.query_ids.tolist())
    assert "none of the public queries counts by map@100; choose another --part" in world.refusal(
        "a", "b", part="public"
    )
