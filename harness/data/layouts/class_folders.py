"""Import a folder of class folders, `<landmark>/<photo>`, as a competition."""

import os
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from harness.data.images.find import SUFFIXES
from harness.data.landmark_names import LANDMARK_NAMES
from harness.data.layouts.writing import PARTS, atomic_folder, link_or_copy, write_table
from harness.errors import DataError
from harness.progress import track


@dataclass(frozen=True)
class ImportedPhoto:
    """A source photo with its landmark, its new id and the part it is assigned to."""

    source: Path
    landmark: int
    image_id: str
    part: str


def import_folders(source: Path, target: Path, seed: int = 0) -> dict[str, int]:
    """Write the photos of `source/<landmark>/` as a competition to `target`; return the number of images of each part.

    The photos of each landmark are split at random by seed: 1/4 to train, 1/2 to the index, 1/4 to test. Of three
    photos each part gets one, of two train and index; a single one is for training. A third of the queries is public.
    Photos are hard-linked if possible, or else copied. The target appears when it is complete.

    Raises DataError for a source without class folders of photos, a target that is not empty, and files that cannot be
    read or written.
    """
    names, photos = _assign_parts(_class_folders(source), seed)
    if not any(photo.part == "test" for photo in photos):
        raise DataError(f"{source}: no landmark has three photos or more, so there would be no queries")
    with atomic_folder(target) as folder:
        for photo in track(photos, "importing images"):
            link_or_copy(photo.source, folder / photo.part / f"{photo.image_id}{photo.source.suffix.lower()}")
        _write_tables(folder, names, sorted(photos, key=lambda photo: photo.image_id), seed)
    return {part: sum(photo.part == part for photo in photos) for part in PARTS}


def _class_folders(source: Path) -> dict[str, list[Path]]:
    """Return landmark name -> photos, in a fixed order."""
    if not os.path.isdir(source):
        raise DataError(f"{source}: there is no such folder")
    photos_by_name: dict[str, list[Path]] = {}
    try:
        for folder in sorted(path for path in source.iterdir() if path.is_dir() and not path.name.startswith(".")):
            photos = [path for path in sorted(folder.iterdir()) if _is_photo(path)]
            photos_by_name |= {folder.name: photos} if photos else {}
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from None
    if not photos_by_name:
        raise DataError(f"{source}: holds no class folders with photos; expected {source}/<landmark>/<photo>.jpg")
    return photos_by_name


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _assign_parts(landmarks: dict[str, list[Path]], seed: int) -> tuple[list[str], list[ImportedPhoto]]:
    """Return names of landmarks, and photos whose id and part depend on landmark, file name and seed only."""
    photos = []
    for landmark, sources in enumerate(landmarks.values()):
        shuffled = sorted((_random_id(seed, source), source) for source in sources)
        n_index, n_test = len(shuffled) // 2, round(len(shuffled) / 4)
        parts = ["test"] * n_test + ["index"] * n_index + ["train"] * (len(shuffled) - n_test - n_index)
        photos += [
            ImportedPhoto(source, landmark, image_id, part)
            for (image_id, source), part in zip(shuffled, parts, strict=True)
        ]
    return [os.fsencode(name).decode("utf-8", "replace") for name in landmarks], photos


def _random_id(seed: int, photo: Path) -> str:
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
    write_table(folder / LANDMARK_NAMES, ("landmark_id", "category"), enumerate(names))
    write_table(folder / "retrieval_solution.csv", ("id", "images", "Usage"), rows["retrieval"])
    write_table(folder / "recognition_solution.csv", ("id", "landmarks", "Usage"), rows["recognition"])
    write_table(folder / "train.csv", ("id", "landmark_id"), rows["train"])
    write_table(folder / "index.csv", ("id",), rows["index"])
    write_table(folder / "test.csv", ("id",), rows["test"])


def _usage(seed: int, image_id: str) -> str:
    return "Public" if blake2b(f"{seed}/usage/{image_id}".encode(), digest_size=2).digest() < b"\x55" else "Private"
