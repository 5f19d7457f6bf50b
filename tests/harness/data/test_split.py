"""Tests of `harness.data.split`, `harness.data.folds_record` and `harness.data.training_data`."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.data import split as splitting
from harness.data.competition import Competition
from harness.data.split import (
    Folds,
    Split,
    create_folds,
    ensure_folds,
    fold_split,
    load_folds,
    make_folds,
    save_folds,
)
from harness.errors import DataError
from tests.factories.competitions import make_competition


@pytest.fixture
def competition(tmp_path: Path) -> Competition:
    return Competition.open(
        make_competition(tmp_path / "a", landmarks=8, train=7, index=1, queries=1), tmp_path / "store"
    )


@pytest.fixture
def folds(competition: Competition) -> Folds:
    return make_folds(competition.train.ids, competition.labels, 5)


def label_of(competition: Competition) -> dict[str, int]:
    return dict(zip(competition.train.ids, competition.labels.tolist(), strict=True))


def ground_truth_of(split: Split) -> dict[str, list[object]]:
    truth = split.ground_truth
    assert truth
    bounds = zip(truth.offsets, truth.offsets[1:], strict=False)
    return {
        query: truth.tokens[start:stop].tolist() for query, (start, stop) in zip(truth.query_ids, bounds, strict=True)
    }


def test_the_own_split_is_the_whole_competition(competition: Competition) -> None:
    split = splitting.own_split(competition, "retrieval", seed=3)
    assert split.queries is competition.queries
    assert split.data.index is competition.index
    assert split.data.seed == 3
    assert split.ground_truth
    assert splitting.own_split(competition, "retrieval", with_truth=False).ground_truth is None


def test_each_image_is_a_query_of_one_fold_of_recognition(competition: Competition, folds: Folds) -> None:
    queries = [
        query for number in range(1, 6) for query in fold_split(competition, folds, number, "recognition").queries.ids
    ]
    assert sorted(queries) == sorted(competition.train.ids)


def test_landmarks_are_distributed_evenly(folds: Folds, competition: Competition) -> None:
    for landmark in range(8):
        assert set(np.bincount(folds.part[competition.labels == landmark], minlength=5)) == {1, 2}
        assert len(set(folds.group[competition.labels == landmark])) == 1


def test_folds_do_not_depend_on_the_order_of_the_images(competition: Competition, folds: Folds) -> None:
    order = np.random.default_rng(0).permutation(len(competition.train))
    again = make_folds(competition.train.ids[order], competition.labels[order], 5)
    assert np.array_equal(again.part, folds.part[order])
    assert np.array_equal(again.group, folds.group[order])


def test_another_seed_gives_other_folds(competition: Competition, folds: Folds) -> None:
    other = make_folds(competition.train.ids, competition.labels, 5, seed=1)
    assert not np.array_equal(other.part, folds.part)
    assert not np.array_equal(other.group, folds.group)


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("task", ["retrieval", "recognition"])
def test_no_image_is_in_two_places(competition: Competition, folds: Folds, number: int, task: str) -> None:
    split = fold_split(competition, folds, number, task)
    ids = [*split.queries.ids, *split.data.train.ids, *split.data.index.ids]
    assert len(set(ids)) == len(ids)
    assert split.name == f"fold {number}/5 of deal {folds.assignment_id}"
    assert not split.data.labels.flags.writeable


@pytest.mark.parametrize("number", range(1, 6))
def test_a_fold_of_recognition_has_queries_of_landmarks_outside_the_train_set(
    competition: Competition, folds: Folds, number: int
) -> None:
    split, label = fold_split(competition, folds, number, "recognition"), label_of(competition)
    learnt = set(split.data.labels.tolist())
    assert split.data.labels.tolist() == [label[each] for each in split.data.train.ids]
    for query, shown in ground_truth_of(split).items():
        assert shown == ([label[query]] if label[query] in learnt else [])
    assert [] in ground_truth_of(split).values()


@pytest.mark.parametrize("number", range(1, 6))
def test_a_fold_of_retrieval_has_an_index_with_distractors(competition: Competition, folds: Folds, number: int) -> None:
    split, label = fold_split(competition, folds, number, "retrieval"), label_of(competition)
    for query, relevant in ground_truth_of(split).items():
        assert relevant == [each for each in split.data.index.ids if label[each] == label[query]]
    index_labels, query_labels = (
        {label[each] for each in split.data.index.ids},
        {label[each] for each in split.queries.ids},
    )
    assert index_labels - query_labels, "landmarks that no query shows"
    assert not (index_labels - query_labels) & set(split.data.labels.tolist()), "nobody learns them"


def test_fewer_than_two_folds_raise(competition: Competition) -> None:
    two = make_folds(competition.train.ids, competition.labels, 2)
    assert len(fold_split(competition, two, 2, "retrieval").data.index)
    with pytest.raises(DataError, match="1 folds cannot be made; ask for 2 or more"):
        make_folds(competition.train.ids, competition.labels, 1)


def test_too_few_images_for_the_folds_raise() -> None:
    for n in (0, 4):
        with pytest.raises(DataError, match=f"{n} labelled images cannot be split into 5 folds"):
            make_folds(np.array(list("abcd")[:n], object), np.zeros(n, np.int64), 5)


def test_folds_are_saved_as_a_table(competition: Competition, folds: Folds, tmp_path: Path) -> None:
    save_folds(tmp_path / "folds.csv", competition, folds)
    again = load_folds(tmp_path / "folds.csv")
    assert again.count == folds.count
    assert np.array_equal(again.part, folds.part)
    assert np.array_equal(again.group, folds.group)
    assert (tmp_path / "folds.csv").read_text().startswith("id,landmark_id,part,group\n")


@pytest.mark.parametrize("text", ["part,group\n", "part,group\nx,1\n", "part,group\n1,\n", "part\n1\n", ""])
def test_a_damaged_table_of_folds_raises(tmp_path: Path, text: str) -> None:
    (tmp_path / "folds.csv").write_text(text)
    with pytest.raises(DataError, match=r"folds\.csv: "):
        load_folds(tmp_path / "folds.csv")


def test_an_unknown_fold_raises(competition: Competition, folds: Folds) -> None:
    for number in (0, 6):
        with pytest.raises(DataError, match=f"there is no fold {number}; they are numbered from 1 to 5"):
            fold_split(competition, folds, number, "retrieval")
    with pytest.raises(DataError, match="the folds are of 3 images"):
        fold_split(competition, Folds(2, np.arange(3) % 2, np.arange(3) % 2), 1, "retrieval")


DAMAGES = {
    "another part": lambda path: path.write_text(path.read_text().replace(",0\n", ",1\n", 1)),
    "cut": lambda path: path.write_text(path.read_text()[:-9]),
    "empty": lambda path: path.write_text(""),
    "deleted": lambda path: path.unlink(),
    "its record deleted": lambda path: path.with_suffix(".json").unlink(),
    "its record cut": lambda path: path.with_suffix(".json").write_text("{"),
    "its record changed": lambda path: path.with_suffix(".json").write_text(
        path.with_suffix(".json").read_text().replace('"count": 3', '"count": 2')
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_folds_are_made_again(competition: Competition, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "folds" / "a.csv"
    before = create_folds(competition, path, 3, seed=7)
    table = path.read_text()
    DAMAGES[damage](path)
    again, created = ensure_folds(competition, path)
    assert (again.name(1), created) == (before.name(1), False)
    assert path.read_text() == table


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
@pytest.mark.parametrize("make_folds", [ensure_folds, create_folds])
def test_what_is_no_file_in_place_of_folds_is_named(
    competition: Competition, tmp_path: Path, make: Callable[[Path], None], make_folds: Callable[..., object]
) -> None:
    create_folds(competition, tmp_path / "a.csv", 3)
    (tmp_path / "a.csv").unlink()
    make(tmp_path / "a.csv")
    with pytest.raises(DataError, match="is no regular file; move it away and run again"):
        make_folds(competition, tmp_path / "a.csv")


def test_changed_folds_of_an_unknown_seed_are_named(competition: Competition, folds: Folds, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    save_folds(path, competition, folds)
    path.write_text(path.read_text() + "\n")
    with pytest.raises(DataError, match="was changed or removed; make folds again"):
        load_folds(path, competition)
