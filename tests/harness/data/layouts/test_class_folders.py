"""Tests of `harness.data.layouts.class_folders` and `harness.data.layouts.writing`."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from harness.data.check import check_competition
from harness.data.competition import Competition
from harness.data.ground_truth import load_ground_truth
from harness.data.layouts import class_folders
from harness.data.layouts.class_folders import import_folders
from harness.errors import DataError
from tests.factories.competitions import random_photo, save_image


def write_photos(folder: Path, **counts: int) -> Path:
    """Return a folder with one folder of photos per landmark."""
    for number, (name, count) in enumerate(counts.items()):
        for photo in range(count):
            save_image(folder / name / f"photo {photo}.JPG", random_photo(number, (name, photo), 16))
    return folder


def read_tables(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.csv")}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "source", tower=8, bridge=4, church=3, gate=2, well=1)


def test_class_folders_become_a_competition_without_a_fault(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "target"
    assert import_folders(source, target) == {"train": 6, "index": 8, "test": 4}
    assert check_competition(target) == []
    competition = Competition.open(target, tmp_path / "store")
    assert [len(each) for each in (competition.train, competition.index, competition.queries)] == [6, 8, 4]
    assert competition.tasks == ("retrieval", "recognition")
    names = (target / "train_label_to_category.csv").read_text().splitlines()
    assert names == ["landmark_id,category", "0,bridge", "1,church", "2,gate", "3,tower", "4,well"]


def test_each_photo_becomes_one_image_of_its_own_landmark(source: Path, tmp_path: Path) -> None:
    import_folders(source, tmp_path / "target")
    competition = Competition.open(tmp_path / "target", tmp_path / "store")
    of_content = {path.read_bytes(): path.parent.name for path in source.rglob("*.JPG")}
    landmarks = sorted({path.parent.name for path in source.rglob("*.JPG")})
    shown = {
        image_id: of_content[path.read_bytes()]
        for images in (competition.train, competition.index, competition.queries)
        for image_id, path in zip(images.ids, images.paths, strict=True)
        if path
    }
    assert Counter(shown.values()) == {"tower": 8, "bridge": 4, "church": 3, "gate": 2, "well": 1}
    assert [shown[each] for each in competition.train.ids] == [landmarks[label] for label in competition.labels]
    retrieval = load_ground_truth(tmp_path / "target", "retrieval")
    recognition = load_ground_truth(tmp_path / "target", "recognition")
    assert retrieval
    assert recognition
    for row, query in enumerate(retrieval.query_ids):
        relevant = retrieval.tokens[retrieval.offsets[row] : retrieval.offsets[row + 1]]
        assert set(relevant) == {each for each in competition.index.ids if shown[each] == shown[query]}
    assert [landmarks[label] for label in recognition.tokens] == [shown[query] for query in recognition.query_ids]


@pytest.mark.parametrize(
    ("photo", "sizes"), [(3, (1, 1, 1)), (4, (1, 2, 1)), (6, (1, 3, 2)), (7, (2, 3, 2)), (40, (10, 20, 10))]
)
def test_photos_are_split_by_shares(tmp_path: Path, photo: int, sizes: tuple[int, int, int]) -> None:
    assert tuple(import_folders(write_photos(tmp_path / "source", tower=photo), tmp_path / "target").values()) == sizes


def test_a_third_of_the_queries_is_public(tmp_path: Path) -> None:
    import_folders(write_photos(tmp_path / "source", tower=400), tmp_path / "target")
    truth = load_ground_truth(tmp_path / "target", "retrieval")
    assert truth
    assert 20 <= Counter(truth.usage)["Public"] <= 46
    assert set(truth.usage) == {"Public", "Private"}


def test_the_result_depends_on_the_seed_only(source: Path, tmp_path: Path) -> None:
    for name, seed in (("one", 0), ("two", 0), ("three", 1)):
        import_folders(source, tmp_path / name, seed)
    assert read_tables(tmp_path / "one") == read_tables(tmp_path / "two") != read_tables(tmp_path / "three")


def test_a_new_photo_changes_no_id(source: Path, tmp_path: Path) -> None:
    import_folders(source, tmp_path / "before")
    shutil.copyfile(source / "well" / "photo 0.JPG", source / "well" / "another.jpeg")
    import_folders(source, tmp_path / "after")
    before, after = ({path.stem for path in (tmp_path / name).rglob("*.jp*")} for name in ("before", "after"))
    assert len(after - before) == 1
    assert before < after


def test_photos_are_linked_or_copied(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def across_file_systems(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    import_folders(source, tmp_path / "linked")
    monkeypatch.setattr("os.link", across_file_systems)
    import_folders(source, tmp_path / "copied")
    assert {path.stat().st_nlink for path in (tmp_path / "linked").rglob("*.jpg")} == {2}
    assert {path.stat().st_nlink for path in (tmp_path / "copied").rglob("*.jpg")} == {1}
    assert read_tables(tmp_path / "linked") == read_tables(tmp_path / "copied")


def test_other_files_are_left_out(source: Path, tmp_path: Path) -> None:
    for name in ("notes.txt", "._photo 0.jpg", "no suffix"):
        (source / "tower" / name).touch()
    (source / "tower" / "folder.jpg").mkdir()
    (source / "tower" / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(source / "tower" / "pipe.jpg")
    (source / "loop").symlink_to(source / "loop")
    (source / "photo beside the folders.jpg").touch()
    write_photos(source, **{".thumbnails": 4, "nested/inner": 4})
    assert sum(import_folders(source, tmp_path / "target").values()) == 18


def test_landmarks_may_have_any_name(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "source", **{'a "quoted", name': 3, "two\nlines": 3, "日本": 3})
    os.rename(os.fsencode(source / "日本"), os.fsencode(source) + b"/\xff\xfe")
    import_folders(source, tmp_path / "target")
    assert check_competition(tmp_path / "target") == []
    assert (tmp_path / "target" / "train_label_to_category.csv").read_text() == (
        'landmark_id,category\n0,"a ""quoted"", name"\n1,"two\nlines"\n2,\ufffd\ufffd\n'
    )


def test_a_source_without_landmarks_raises_and_creates_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "few").mkdir()
    write_photos(tmp_path / "few", tower=2, bridge=1)
    complaints = {
        "none": "there is no such folder",
        "file": "there is no such folder",
        "x" * 300: "there is no such folder",
        "empty": "holds no class folders with photos; expected .*/empty/<landmark>/<photo>.jpg",
        "few": "no landmark has three photos or more",
    }
    for name, complaint in complaints.items():
        with pytest.raises(DataError, match=complaint):
            import_folders(tmp_path / name, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_target_that_is_not_empty_raises(source: Path, tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "mine").touch()
    (tmp_path / "file").touch()
    for name in ("target", "file"):
        with pytest.raises(DataError, match="is not an empty folder; name a new one"):
            import_folders(source, tmp_path / name)
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["mine"]


def test_the_current_folder_can_be_the_target(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    import_folders(source, Path())
    assert Path("test.csv").exists()


@pytest.mark.parametrize("there", [True, False])
def test_a_failed_import_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(class_folders, "write_table", full)
    if there:
        (tmp_path / "target").mkdir()
    with pytest.raises(DataError, match="No space left on device; nothing was written"):
        import_folders(source, tmp_path / "target")
    assert (tmp_path / "target").exists() == there
    assert not there or not list((tmp_path / "target").iterdir())


def test_a_target_that_cannot_be_created_raises(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="Not a directory; nothing was written"):
        import_folders(source, tmp_path / "file" / "target")
