"""Lay out a folder of class folders, `<landmark>/<photo>`, as a competition."""

import os
import shutil
from hashlib import blake2b
from pathlib import Path

from harness.data.locate import SUFFIXES
from harness.errors import DataError
from harness.files import write_whole
from harness.progress import track

_SHARES = {"test": 0.25, "index": 0.5}  # of each landmark's photos; what is left is train


def import_folders(source: Path, target: Path, seed: int = 0) -> dict[str, int]:
    """Lay out the photos of `source/<landmark>/` as a competition in `target`; return the number of images of each part.

    Every landmark's photos are dealt into train, index and test in the shares 1/4, 1/2 and 1/4, at random by seed. A
    landmark that has no photo in the index or in train has ground truth accordingly. A third of the queries is public.
    Photos are linked where the file system can and copied otherwise; the source is not changed.

    Raises DataError for a source without class folders of photos, and for a target that is not empty.
    """
    photos = _photos(source)
    _require_empty(target)
    landmarks = sorted({photo.parent.name for photo in photos})
    dealt = _dealt(photos, seed)
    for photo, (image_id, part) in track(dealt.items(), "laying out images", len(dealt)):
        _link(photo, target / part / f"{image_id}{photo.suffix.lower()}")
    labels = {photo: landmarks.index(photo.parent.name) for photo in photos}
    _write_tables(target, landmarks, sorted((image_id, part, labels[photo]) for photo, (image_id, part) in dealt.items()), seed)
    return {part: sum(found == part for _, found in dealt.values()) for part in ("train", "index", "test")}


def _photos(source: Path) -> list[Path]:
    if not source.is_dir():
        raise DataError(f"{source}: there is no such folder")
    photos = [path for folder in sorted(source.iterdir()) if folder.is_dir() for path in sorted(folder.iterdir())]
    photos = [path for path in photos if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not photos:
        raise DataError(f"{source}: holds no class folders with photos; expected {source}/<landmark>/<photo>.jpg")
    return photos


def _require_empty(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataError(f"{target}: is not an empty folder; name a new one")
    target.mkdir(parents=True, exist_ok=True)


def _dealt(photos: list[Path], seed: int) -> dict[Path, tuple[str, str]]:
    """Return id and part of each photo: decided by landmark, file name and seed alone."""
    dealt: dict[Path, tuple[str, str]] = {}
    for landmark in sorted({photo.parent for photo in photos}):
        own = sorted((_draw(seed, photo), photo) for photo in photos if photo.parent == landmark)
        n_test = round(len(own) * _SHARES["test"])
        n_index = round(len(own) * _SHARES["index"])
        parts = ["test"] * n_test + ["index"] * n_index
        parts += ["train"] * (len(own) - len(parts))
        dealt.update({photo: (image_id, part) for (image_id, photo), part in zip(own, parts, strict=True)})
    return dealt


def _draw(seed: int, photo: Path) -> str:
    name = os.fsencode(f"{seed}/{photo.parent.name}/{photo.name}")
    return blake2b(name, digest_size=8).hexdigest()


def _link(photo: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(photo, target)
    except OSError:
        shutil.copyfile(photo, target)


def _write_tables(target: Path, landmarks: list[str], rows: list[tuple[str, str, int]], seed: int) -> None:
    import csv
    import io

    def write(name: str, table: list[tuple[object, ...]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        write_whole(target / name, text.getvalue())

    index = {label: " ".join(each for each, part, found in rows if (part, found) == ("index", label)) for label in range(len(landmarks))}
    trained = {label for _, part, label in rows if part == "train"}
    queries = [(image_id, label, _usage(seed, image_id)) for image_id, part, label in rows if part == "test"]
    retrieval = [(each, index[label] or "None", usage if index[label] else "Ignored") for each, label, usage in queries]
    recognition = [(each, label if label in trained else "", usage) for each, label, usage in queries]
    write("train_label_to_category.csv", [("landmark_id", "category"), *enumerate(landmarks)])
    write("retrieval_solution.csv", [("id", "images", "Usage"), *retrieval])
    write("recognition_solution.csv", [("id", "landmarks", "Usage"), *recognition])
    write("train.csv", [("id", "landmark_id"), *((each, label) for each, part, label in rows if part == "train")])
    write("index.csv", [("id",), *((each,) for each, part, _ in rows if part == "index")])
    write("test.csv", [("id",), *((each,) for each, part, _ in rows if part == "test")])


def _usage(seed: int, image_id: str) -> str:
    return "Public" if blake2b(f"{seed}/usage/{image_id}".encode(), digest_size=2).digest() < b"\x55" else "Private"
