"""Tests of `harness.data.embeddings.adding`, `harness.data.embeddings.matching`,
`harness.data.embeddings.embedding_store`, `harness.data.embeddings.integrity` and `harness.data.embeddings.external`.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.embeddings.adding import add_embeddings
from harness.data.embeddings.embedding_store import EmbeddingFolder
from harness.data.embeddings.matching import AddReport
from harness.data.embeddings.reading import open_vector_files
from harness.errors import DataError, HarnessError, SolutionError, WorkspaceError
from tests.factories.competitions import write_table
from tests.factories.vectors import thumbnails, write_npz


@pytest.fixture
def competition(competition_folder: Path, tmp_path: Path) -> Competition:
    return Competition.open(competition_folder, tmp_path / "store")


def tables_of(competition: Competition):
    return [images.source for images in (competition.queries, competition.index, competition.train)]


def add(competition: Competition, ids, vectors, name: str = "mine") -> AddReport:
    path = write_npz(competition.folder.parent / "vectors.npz", list(ids), np.asarray(vectors))
    return add_embeddings(name, open_vector_files([path]), tables_of(competition))


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def read(competition: Competition, part: str, name: str = "mine") -> np.ndarray:
    images = {"test": competition.queries, "index": competition.index, "train": competition.train}[part]
    return np.asarray(images.describe(images.embeddings(name)))


def test_vectors_in_any_order_come_back_in_the_order_of_each_table(competition: Competition) -> None:
    ids, vectors = thumbnails(competition)
    order = np.random.default_rng(0).permutation(len(ids))
    report = add(competition, np.array(ids)[order], vectors[order])
    assert {part: (images, missing.count) for part, (images, missing) in report.parts.items()} == {
        "test": (7, 0),
        "index": (10, 0),
        "train": (12, 0),
    }
    for part in ("test", "index", "train"):
        expected = unit(thumbnails(competition, (part,))[1])
        assert np.allclose(read(competition, part), expected, atol=1e-6)
    rows = np.array([8, 1, 3])
    index = competition.index
    assert np.array_equal(index[rows].describe(index.embeddings("mine")), read(competition, "index")[rows])


def test_what_is_missing_unknown_repeated_or_zero_is_counted_with_an_example(competition: Competition) -> None:
    ids, vectors = thumbnails(competition)
    vectors[7] = 0
    ids, vectors = [*ids[:26], "x", "y", ids[0], ids[0]], np.vstack([vectors[:26], vectors[:3], -vectors[:1]])
    report = add(competition, ids, vectors)
    assert (report.vectors, report.width) == (30, 48)
    assert (report.unknown.count, report.unknown.example) == (2, "x")
    assert (report.repeated.count, report.repeated.example) == (2, ids[0])
    assert (report.zero.count, report.zero.example) == (1, ids[7])
    images, missing = report.parts["train"]
    assert (images, missing.count, missing.example) == (12, 3, competition.train.ids[9])
    assert np.allclose(read(competition, "test")[0], -unit(vectors[:1])[0], atol=1e-6), "the last vector counts"


def test_a_vector_of_zeros_has_no_direction_and_counts_as_none(competition: Competition) -> None:
    ids, vectors = thumbnails(competition, ("index",))
    zero = np.zeros((1, vectors.shape[1]))
    report = add(competition, ids, np.vstack([zero, vectors[1:]]))
    assert (report.parts["index"][1].count, report.parts["index"][1].example) == (1, ids[0])
    assert np.isnan(read(competition, "index")).all(axis=1).tolist() == [True] + [False] * 9
    add(competition, ids[:1], vectors[:1])
    assert not np.isnan(read(competition, "index")).any(), "a later vector replaces it"
    assert add(competition, ids[:1], zero).parts["index"][1].count == 1


def test_images_without_a_vector_are_nan_and_count_as_undecodable(competition: Competition) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids[:15], vectors[:15])
    embeddings = competition.index.embeddings("mine")
    rows = competition.index.describe(embeddings)
    assert np.array_equal(np.isnan(rows).all(axis=1), [False] * 8 + [True] * 2)
    assert np.array_equal(competition.index.undecodable(embeddings), np.isnan(rows).any(axis=1))
    assert competition.index.found_undecodable == set(competition.index.ids[8:])
    with pytest.raises(DataError, match="the embeddings mine have no vector of a train image; add them"):
        competition.train.embeddings("mine")


def test_a_second_file_extends_and_replaces_and_only_changes_the_digests_of_its_parts(competition: Competition) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids[:12], vectors[:12])
    before = dict(competition.queries.embeddings("mine").digests)
    add(competition, ids[11:], np.vstack([-vectors[11:12], vectors[12:]]))
    after = dict(competition.queries.embeddings("mine").digests)
    assert after["test"] == before["test"]
    assert after["index"] != before["index"]
    expected = unit(np.vstack([vectors[7:11], -vectors[11:12], vectors[12:17]]))
    assert np.allclose(read(competition, "index"), expected, atol=1e-6)
    folders = [path.name for path in EmbeddingFolder(competition.index.source).path("mine").iterdir()]
    assert sorted(folders) == sorted(["about.json", *(f"{part}-{digest[:16]}" for part, digest in after.items())])


def test_several_files_at_once_give_the_same_digest_as_one(competition: Competition, tmp_path: Path) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids, vectors, "one")
    paths = [
        write_npz(tmp_path / f"{number}.npz", ids[number::3], vectors[number::3].astype("f8")) for number in range(3)
    ]
    add_embeddings("three", open_vector_files(paths), tables_of(competition))
    one, three = (competition.index.embeddings(name) for name in ("one", "three"))
    assert one.digests == three.digests
    assert one.digest == three.digest
    assert EmbeddingFolder(competition.index.source).names() == ["one", "three"]


def test_equal_vectors_are_intact_if_the_process_ends_before_their_record(
    competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids, vectors)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: pytest.fail("stored vectors are replaced by equal ones"))
        add(competition, ids, vectors)
    add(competition, ids, vectors)


def test_invalid_vectors_change_nothing(competition: Competition) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids, vectors)
    before, rows = competition.index.embeddings("mine"), read(competition, "index")
    invalid = vectors.copy()
    invalid[20, 3] = np.nan
    for bad_ids, bad, message in (
        (ids, invalid, "NaN"),
        (ids, vectors[:, :5], "vectors of 5 numbers, but those of mine have 48"),
        ([f"no{each}" for each in ids], vectors, "none of its 29 ids is in a table of"),
        (["\ud800", *ids[1:]], vectors, "an id is not valid text"),
    ):
        with pytest.raises(HarnessError, match=message):
            add(competition, bad_ids, bad)
    assert competition.index.embeddings("mine") == before
    assert np.array_equal(read(competition, "index"), rows)
    folder = EmbeddingFolder(competition.index.source).path("mine")
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", ["", "a/b", "../x", ".hidden", "a b", "x" * 61, "ü"])
def test_names_that_are_no_safe_file_names_are_refused(competition: Competition, name: str) -> None:
    ids, vectors = thumbnails(competition)
    with pytest.raises(DataError, match="cannot name embeddings"):
        add(competition, ids, vectors, name)


def test_an_unknown_name_is_refused_with_the_known_ones(competition: Competition) -> None:
    with pytest.raises(DataError, match=r"no embeddings are named 'mine'; there are none \(landmark embeddings add"):
        competition.index.embeddings("mine")
    add(competition, *thumbnails(competition), "other")
    with pytest.raises(DataError, match="there are other"):
        competition.index.embeddings("mine")


def test_removed_embeddings_are_gone(competition: Competition) -> None:
    add(competition, *thumbnails(competition))
    folder = EmbeddingFolder(competition.index.source)
    folder.remove("mine")
    assert folder.names() == []
    with pytest.raises(DataError, match="no embeddings are named 'mine'"):
        folder.remove("mine")


def test_a_changed_table_asks_to_add_the_vectors_again(competition: Competition) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids, vectors)
    write_table(competition.folder / "index.csv", "id", [(each,) for each in competition.index.ids[::-1]])
    changed = Competition.open(competition.folder, competition.index.store)
    with pytest.raises(DataError, match="its tables, or the embeddings mine, have changed; add these again"):
        changed.index.describe(changed.index.embeddings("mine"))
    add(changed, ids[7:17], vectors[7:17])
    assert np.allclose(read(changed, "index"), unit(vectors[7:17])[::-1], atol=1e-6)
    assert np.allclose(read(changed, "test"), unit(vectors[:7]), atol=1e-6)


def test_a_damaged_store_is_reported(competition: Competition) -> None:
    add(competition, *thumbnails(competition))
    folder = EmbeddingFolder(competition.index.source)
    embeddings = competition.index.embeddings("mine")
    stores = [path for path in folder.path("mine").iterdir() if path.name.startswith("index-")]
    (stores[0] / "about.json").write_text("{}")
    with pytest.raises(WorkspaceError, match="is damaged; add the embeddings again after: landmark embeddings remove"):
        competition.index.describe(embeddings)
    for text in ("{}", "[]", "nonsense", '{"parts": {"index": {}}}'):
        (folder.path("mine") / "about.json").write_text(text)
        with pytest.raises(WorkspaceError, match="is damaged"):
            competition.index.embeddings("mine")
    folder.remove("mine")
    assert folder.names() == []


def change(path: Path, byte: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[byte] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "a bit of a vector": lambda folder: change(folder / "vectors.npy"),
    "a bit of a state": lambda folder: change(folder / "row-state.npy", -8),
    "cut vectors": lambda folder: os.truncate(folder / "vectors.npy", 200),
    "no vectors": lambda folder: (folder / "vectors.npy").unlink(),
    "a folder": lambda folder: [(folder / "vectors.npy").unlink(), (folder / "vectors.npy").mkdir()],
    "a pipe": lambda folder: [(folder / "about.json").unlink(), os.mkfifo(folder / "about.json")],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_vectors_are_noticed_and_not_extended(competition: Competition, damage: str) -> None:
    ids, vectors = thumbnails(competition)
    add(competition, ids, vectors)
    embeddings = competition.index.embeddings("mine")
    competition.index.describe(embeddings)  # the second time only sizes and times are compared
    folder = EmbeddingFolder(competition.index.source).path("mine")
    DAMAGES[damage](next(path for path in folder.iterdir() if path.name.startswith("index-")))
    for use in (lambda: competition.index.describe(embeddings), lambda: add(competition, ids, vectors)):
        with pytest.raises(WorkspaceError, match="is damaged; add the embeddings again after"):
            use()


def test_copied_vectors_are_intact(competition: Competition) -> None:
    add(competition, *thumbnails(competition))
    before = read(competition, "index")
    folder = EmbeddingFolder(competition.index.source).path("mine")
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)
    assert np.array_equal(read(competition, "index"), before)


def test_the_vectors_of_other_images_cannot_be_computed(competition: Competition) -> None:
    add(competition, *thumbnails(competition))
    embeddings = competition.index.embeddings("mine")
    with pytest.raises(SolutionError, match="vectors of the competition's images only"):
        embeddings.describe(np.zeros((1, 4, 4), np.uint8))
    with pytest.raises(SolutionError, match="describe_ragged"):
        competition.index.describe_ragged(embeddings)


def test_other_competitions_do_not_share_embeddings(competition: Competition, tmp_path: Path) -> None:
    add(competition, *thumbnails(competition))
    from tests.factories.competitions import make_competition

    other = Competition.open(make_competition(tmp_path / "other"), competition.index.store)
    with pytest.raises(DataError, match="no embeddings are named 'mine'"):
        other.index.embeddings("mine")
