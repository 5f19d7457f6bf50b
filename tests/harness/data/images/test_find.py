import os
from pathlib import Path

import pytest

from harness.data.images.find import ImageFolder
from harness.errors import DataError


def create_files(folder: Path, *names: str) -> ImageFolder:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return ImageFolder(folder, "index")


def find_name(images: ImageFolder, image_id: str) -> str | None:
    path = images.path(image_id)
    return None if path is None else os.path.relpath(path, images.folder)


@pytest.mark.parametrize("place", ["abcd", "a/b/c/abcd", "index/abcd", "index/a/b/c/abcd"])
@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".png", ".webp", ".JPG", ".Png"])
def test_an_image_is_found_in_every_layout(tmp_path: Path, place: str, suffix: str) -> None:
    assert find_name(create_files(tmp_path, place + suffix), "abcd") == place + suffix


def test_the_folder_of_the_part_comes_first_and_then_the_flat_one(tmp_path: Path) -> None:
    names = ["index/abcd.jpg", "index/a/b/c/abcd.jpg", "abcd.jpg", "a/b/c/abcd.jpg"]
    for name in names:
        assert find_name(create_files(tmp_path, *names), "abcd") == name
        (tmp_path / name).unlink()
        names = names[1:]
    assert find_name(create_files(tmp_path), "abcd") is None


def test_images_of_another_part_are_not_found(tmp_path: Path) -> None:
    assert find_name(create_files(tmp_path, "train/abcd.jpg"), "abcd") is None


def test_the_first_of_several_suffixes_is_taken(tmp_path: Path) -> None:
    assert find_name(create_files(tmp_path, "a.webp", "a.png", "a.jpeg"), "a") == "a.jpeg"
    assert find_name(create_files(tmp_path, "b.jpg", "b.JPG"), "b") == "b.JPG"


def test_other_files_are_not_images(tmp_path: Path) -> None:
    images = create_files(tmp_path, "a.gif", "a.jpg.txt", "a", "a.jpg~")
    assert find_name(images, "a") is None


@pytest.mark.parametrize("image_id", ["a", "ab", "v1.2", "a..", "日本語写真", "x" * 200])
def test_short_dotted_and_foreign_ids_are_found(tmp_path: Path, image_id: str) -> None:
    assert find_name(create_files(tmp_path, f"{image_id}.jpg"), image_id) == f"{image_id}.jpg"


@pytest.mark.parametrize("image_id", ["../../secret", "/etc/passwd", "..", "nul\0", "index/abcd", "a\nb"])
def test_no_id_leads_out_of_the_folder(tmp_path: Path, image_id: str) -> None:
    (tmp_path / "secret.jpg").touch()
    assert create_files(tmp_path / "below" / "here", "index/abcd.jpg").path(image_id) is None


def test_a_file_in_the_place_of_a_folder_is_ignored(tmp_path: Path) -> None:
    images = create_files(tmp_path, "index", "a", "abcd.jpg")
    assert find_name(images, "abcd") == "abcd.jpg"


def test_a_name_that_is_not_utf8_is_ignored(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.jpg")).touch()
    assert find_name(create_files(tmp_path, "a.jpg"), "a") == "a.jpg"


def test_a_folder_that_cannot_be_listed_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(folder: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.listdir", denied)
    with pytest.raises(DataError, match="cannot be listed: Permission denied"):
        ImageFolder(tmp_path, "index").path("a")
