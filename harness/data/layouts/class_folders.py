"""Lay out a folder of class folders, `<landmark>/<photo>`, as a competition."""

import os
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from harness.data.images.find import SUFFIXES
from harness.data.layouts.writing import PARTS, atomic_folder, link_or_copy, write_table
from harness.errors import DataError
from harness.progress import track


@dataclass(frozen=True)
class ImportedPhoto:
    """A photo, and what becomes of it."""

    source: Path
    landmark: int
    image_id: str
    part: str


def import_folders(source: Path, target: Path, seed: int = 0) -> dict[str, int]:
    """Lay out the photos of `source/<landmark>/` as a competition in `target`; return how many images each part has.

    Every landmark's photos are dealt into train, index and test in the shares 1/4, 1/2 and 1/4, at random by seed: of
    three photos one each, of two one to train and one to the index, a lone one to train. A third of the queries is
    public. Photos are linked where the file system can and copied otherwise; the source is not changed. The target is
    there when all is done, and not before.

    Raises DataError for a source without class folders of photos, a target that is not empty, and what cannot be
    read or written.
    """
    names, photos = _dealt(_class_folders(source), seed)
    if not any(photo.part == "test" for photo in photos):
        raise DataError(f"{source}: no landmark has three photos or more, so there would be nothing to ask")
    with atomic_folder(target) as folder:
        for photo in track(photos, "laying out images"):
            link_or_copy(photo.source, folder / photo.part / f"{photo.image_id}{photo.source.suffix.lower()}")
        _write_tables(folder, names, sorted(photos, key=lambda photo: photo.image_id), seed)
    return {part: sum(photo.part == part for photo in photos) for part in PARTS}


def _class_folders(source: Path) -> dict[str, list[Path]]:
    """Return the photos of each landmark, in a fixed order."""
    if not os.path.isdir(source):
        raise DataError(f"{source}: there is no such folder")
    found: dict[str, list[Path]] = {}
    try:
        for folder in sorted(each for each in source.iterdir() if each.is_dir() and not each.name.startswith(".")):
            photos = [each for each in sorted(folder.iterdir()) if _is_photo(each)]
            found |= {folder.name: photos} if photos else {}
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from None
    if not found:
        raise DataError(f"{source}: holds no class folders with photos; expected {source}/<landmark>/<photo>.jpg")
    return found


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _dealt(landmarks: dict[str, list[Path]], seed: int) -> tuple[list[str], list[ImportedPhoto]]:
    """Return the names of the landmarks and the photos: id and part follow from landmark, file name and seed alone."""
    photos = []
    for landmark, sources in enumerate(landmarks.values()):
        drawn = sorted((_draw(seed, source), source) for source in sources)
        n_index, n_test = len(drawn) // 2, round(len(drawn) / 4)
        parts = ["test"] * n_test + ["index"] * n_index + ["train"] * (len(drawn) - n_test - n_index)
        photos += [
            ImportedPhoto(source, landmark, image_id, part)
            for (image_id, source), part in zip(drawn, parts, strict=True)
        ]
    return [os.fsencode(name).decode("utf-8", "replace") for name in landmarks], photos


def _draw(seed: int, photo: Path) -> str:
    return blake2b(os.fsencode(f"{seed}/{photo.parent.name}/{photo.name}"), digest_size=8).hexdigest()


def _write_tables(folder: Path, names: list[str], photos: list[ImportedPhoto], seed: int) -> None:
    index: dict[int, list[str]] = defaultdict(list)
    for photo in photos:
        if photo.part == "index":
            index[photo.landmark].append(photo.image_id)
    rows: dict[str, list[tuple[object, ...]]] = {part: [] for part in (*PARTS, "retrieval", "recognition")}
    for photo in photos:
        rows[photo.part].append((photo.image_id, photo.landmark) if photo.part == "train" else (photo.image_id,))
        if photo.part == "test":
            usage = _usage(seed, photo.image_id)
            rows["retrieval"].append((photo.image_id, " ".join(index[photo.landmark]), usage))
            rows["recognition"].append((photo.image_id, photo.landmark, usage))
    write_table(folder / "train_label_to_category.csv", ("landmark_id", "category"), enumerate(names))
    write_table(folder / "retrieval_solution.csv", ("id", "images", "Usage"), rows["retrieval"])
    write_table(folder / "recognition_solution.csv", ("id", "landmarks", "Usage"), rows["recognition"])
    write_table(folder / "train.csv", ("id", "landmark_id"), rows["train"])
    write_table(folder / "index.csv", ("id",), rows["index"])
    write_table(folder / "test.csv", ("id",), rows["test"])


def _usage(seed: int, image_id: str) -> str:
    return "Public" if blake2b(f"{seed}/usage/{image_id}".encode(), digest_size=2).digest() < b"\x55" else "Private"
