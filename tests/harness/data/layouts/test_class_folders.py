"""Tests of `harness.data.layouts.class_folders`, and of `harness.data.layouts.writing`,
`harness.data.layouts.source_photos`, `harness.data.layouts.omissions`, `harness.data.layouts.photo_placement` and
`harness.data.source_files`.
"""

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
from harness.data.layouts.part_shares import PartShares
from harness.data.source_files import source_files
from harness.data.tables.csv_table import read_table
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
    assert import_folders(source, target).counts == {"train": 6, "index": 8, "test": 4}
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
    result = import_folders(write_photos(tmp_path / "source", tower=photo), tmp_path / "target")
    assert tuple(result.counts.values()) == sizes


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
    save_image(source / "well" / "another.jpeg", random_photo(9, ("another", 9), 16))
    import_folders(source, tmp_path / "after")
    before, after = ({path.stem for path in (tmp_path / name).rglob("*.jp*")} for name in ("before", "after"))
    assert len(after - before) == 1
    assert before < after


def across_file_systems(*_: object) -> None:
    raise OSError(18, "Invalid cross-device link")


def test_photos_are_linked_or_copied(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_folders(source, tmp_path / "linked").placed == {"linked": 18}
    assert import_folders(source, tmp_path / "told", placement="copy").placed == {"copied": 18}
    monkeypatch.setattr("os.link", across_file_systems)
    assert import_folders(source, tmp_path / "copied").placed == {"copied": 18}
    assert {path.stat().st_nlink for path in (tmp_path / "linked").rglob("*.jpg")} == {2}
    assert {path.stat().st_nlink for name in ("told", "copied") for path in (tmp_path / name).rglob("*.jpg")} == {1}
    assert read_tables(tmp_path / "linked") == read_tables(tmp_path / "copied")
    with pytest.raises(DataError, match="cannot be linked: Invalid cross-device link; use --copy"):
        import_folders(source, tmp_path / "none", placement="link")
    assert not (tmp_path / "none").exists()


def test_what_is_left_out_is_counted_by_reason(source: Path, tmp_path: Path) -> None:
    tower = source / "tower"
    for name in ("notes.txt", "IMG_1.HEIC", "no suffix", "fake.jpg"):
        (tower / name).write_text("no image")
    (tower / "broken.gif").write_bytes(b"GIF89a and no more")
    for name in ("._photo 0.jpg", "empty.jpg"):
        (tower / name).touch()
    (tower / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(tower / "pipe.jpg")
    (source / "loop").symlink_to(source / "loop")
    (source / "photo beside the folders.jpg").touch()
    (source / "nothing").mkdir()
    write_photos(source, **{".thumbnails": 4, "nested/inner": 4})
    shutil.copyfile(tower / "photo 0.JPG", tower / "photo 00.JPG")
    shutil.copyfile(tower / "photo 1.JPG", source / "well" / "tower.JPG")
    result = import_folders(source, tmp_path / "target")
    assert {omission.reason.partition(";")[0]: (omission.count, omission.example) for omission in result.omissions} == {
        "files that are not JPEG, PNG, WebP, GIF or BMP": (5, "'tower/IMG_1.HEIC'"),
        "files in folders inside class folders": (4, "'nested/inner/photo 0.JPG'"),
        "hidden files or folders": (2, "'.thumbnails'"),
        "broken links or special files": (2, "'tower/loop.jpg'"),
        "files beside the class folders": (2, "'loop'"),
        "class folders without a photo": (2, "'nested'"),
        "empty files": (1, "'tower/empty.jpg'"),
        "copies of another photo of the landmark": (1, "'tower/photo 00.JPG'"),
        "copies of a photo of another landmark, which got it": (1, "'well/tower.JPG'"),
    }
    assert result.lines(Path("out"))[0] == (
        "left out: files that are not JPEG, PNG, WebP, GIF or BMP: 5 (1 .heic, 1 .gif, 1 .jpg, 1 without suffix, 1 .txt; "
        "first 'tower/IMG_1.HEIC'); convert photos among them to JPEG"
    )
    assert result.lines(Path("out"))[-2:] == [
        (
            "note: 2 landmarks have too few photos for a query (first 'gate' with 2 photos); photos for training and "
            "the index only"
        ),
        "out: 6 train, 8 index, 4 test images of 5 landmarks (18 linked); files.csv names their files",
    ]
    assert sum(result.counts.values()) == 18
    assert result.document()["left_out"][0]["suffixes"][".heic"] == 1


def test_a_photo_is_recognised_by_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "source" / "tower"
    write_photos(tmp_path / "source", tower=4)
    (folder / "photo 0.JPG").rename(folder / "photo 0.HEIC")
    for number, suffix in enumerate((".gif", ".bmp", ".webp", ".PNG")):
        save_image(folder / f"other{suffix}", random_photo(1, ("other", number), 16))
    result = import_folders(tmp_path / "source", tmp_path / "target")
    assert (result.omissions, result.placed) == ([], {"linked": 6, "converted to PNG": 2})
    assert Counter(path.suffix for path in (tmp_path / "target").rglob("*.*") if path.suffix != ".csv") == {
        ".jpg": 4, ".png": 3, ".webp": 1,
    }  # fmt: skip
    assert check_competition(tmp_path / "target") == []


def test_nested_photos_are_taken_on_request_and_links_back_are_not_followed(source: Path, tmp_path: Path) -> None:
    write_photos(source, **{"deep/2019": 2, "deep/2020/summer": 3})
    (source / "deep" / "back").symlink_to(source)
    (source / "deep" / "church").symlink_to(source / "church")
    result = import_folders(source, tmp_path / "target", nested=True)
    assert [str(omission) for omission in result.omissions] == [
        "links to a folder that is read anyway: 2 (first 'deep/back')"
    ]
    assert sum(result.counts.values()) == 23


def test_links_to_photos_elsewhere_are_followed(tmp_path: Path) -> None:
    source = write_photos(tmp_path / "source", tower=4)
    save_image(tmp_path / "elsewhere.jpg", random_photo(1, ("elsewhere", 1), 16))
    (source / "tower" / "relative.jpg").symlink_to("../../elsewhere.jpg")
    assert sum(import_folders(source, tmp_path / "a" / "target").counts.values()) == 5
    assert not any(path.is_symlink() for path in (tmp_path / "a").rglob("*"))
    assert check_competition(tmp_path / "a" / "target") == []


def test_a_folder_and_a_file_that_cannot_be_read_are_counted(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("bridge"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    result = import_folders(source, tmp_path / "target")
    assert str(result.omissions[0]) == "files or folders that cannot be read: 1 (first 'bridge')"
    assert result.n_landmarks == 4


def test_the_table_of_files_names_the_source_of_each_image(source: Path, tmp_path: Path) -> None:
    import_folders(source, tmp_path / "target")
    table = read_table(tmp_path / "target" / "files.csv", ["id", "file", "landmark"])
    files = source_files(tmp_path / "target")
    assert len(table) == len(files) == 18
    for image_id, file, landmark in zip(*table.columns.values(), strict=True):
        (image,) = (tmp_path / "target").rglob(f"{image_id}.jpg")
        assert image.samefile(source / file)
        assert landmark == file.split("/")[0]
        assert files[image_id] == file


def test_a_competition_without_a_table_of_files_has_no_names(tmp_path: Path) -> None:
    assert source_files(tmp_path) == {}
    (tmp_path / "files.csv").write_bytes(b"id,file\n\xff,\xff\n")
    assert source_files(tmp_path) == {}


def test_a_check_names_the_file_beside_the_id(source: Path, tmp_path: Path) -> None:
    import_folders(source, tmp_path / "target", placement="copy")
    image_id, file = next(iter(source_files(tmp_path / "target").items()))
    (image,) = (tmp_path / "target").rglob(f"{image_id}.jpg")
    image.unlink()
    (fault,) = check_competition(tmp_path / "target")
    assert fault.examples == (f"'{image_id} ({file})'",)


def test_without_a_share_for_train_or_index_there_is_one_task(source: Path, tmp_path: Path) -> None:
    for name, shares in (("retrieval", PartShares(0, 0.5, 0.5)), ("recognition", PartShares(0.5, 0, 0.5))):
        import_folders(source, tmp_path / name, shares=shares)
        assert Competition.open(tmp_path / name, tmp_path / "store").tasks == (name,)
        assert check_competition(tmp_path / name) == []


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
        "few": "no landmark has enough photos for a query: 3 photos or more",
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


@pytest.mark.parametrize("name", ["inside", "tower/inside", "../source/inside"])
def test_a_target_inside_the_source_is_refused(source: Path, name: str) -> None:
    with pytest.raises(DataError, match="inside: is inside the source"):
        import_folders(source, source / name)
    assert not (source / name).exists()


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
