"""Lay out a folder of class folders, `<landmark>/<photo>`, as a competition."""

import csv
import io
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex

from harness.atomic_files import write_whole
from harness.data.images.find import SUFFIXES
from harness.errors import DataError
from harness.progress import track

PARTS = ("train", "index", "test")


@dataclass(frozen=True)
class Photo:
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
    with filled(target) as folder:
        for photo in track(photos, "laying out images"):
            link(photo.source, folder / photo.part / f"{photo.image_id}{photo.source.suffix.lower()}")
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


def _dealt(landmarks: dict[str, list[Path]], seed: int) -> tuple[list[str], list[Photo]]:
    """Return the names of the landmarks and the photos: id and part follow from landmark, file name and seed alone."""
    photos = []
    for landmark, sources in enumerate(landmarks.values()):
        drawn = sorted((_draw(seed, source), source) for source in sources)
        n_index, n_test = len(drawn) // 2, round(len(drawn) / 4)
        parts = ["test"] * n_test + ["index"] * n_index + ["train"] * (len(drawn) - n_test - n_index)
        photos += [
            Photo(source, landmark, image_id, part) for (image_id, source), part in zip(drawn, parts, strict=True)
        ]
    return [os.fsencode(name).decode("utf-8", "replace") for name in landmarks], photos


def _draw(seed: int, photo: Path) -> str:
    return blake2b(os.fsencode(f"{seed}/{photo.parent.name}/{photo.name}"), digest_size=8).hexdigest()


@contextmanager
def filled(target: Path) -> Iterator[Path]:
    """Give a folder whose contents move to `target` when the block ends well and vanish when it does not."""
    new = not target.exists()
    folder = target / f".{token_hex(8)}"
    try:
        if not new and (not target.is_dir() or any(target.iterdir())):
            raise DataError(f"{target}: is not an empty folder; name a new one")
        for part in PARTS:
            (folder / part).mkdir(parents=True)
        yield folder
        for each in sorted(folder.iterdir(), key=lambda path: path.is_file()):
            each.replace(target / each.name)
        new = False
    except OSError as error:
        raise DataError(f"{error.filename or target}: {error.strerror}; nothing was laid out") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if new:
            shutil.rmtree(target, ignore_errors=True)


def link(photo: Path, target: Path) -> None:
    """Link a file where the file system can, or else copy it."""
    try:
        os.link(photo, target)
    except OSError:
        shutil.copyfile(photo, target)


def _write_tables(folder: Path, names: list[str], photos: list[Photo], seed: int) -> None:
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
    write_rows(folder / "train_label_to_category.csv", ("landmark_id", "category"), enumerate(names))
    write_rows(folder / "retrieval_solution.csv", ("id", "images", "Usage"), rows["retrieval"])
    write_rows(folder / "recognition_solution.csv", ("id", "landmarks", "Usage"), rows["recognition"])
    write_rows(folder / "train.csv", ("id", "landmark_id"), rows["train"])
    write_rows(folder / "index.csv", ("id",), rows["index"])
    write_rows(folder / "test.csv", ("id",), rows["test"])


def write_rows(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    write_whole(path, text.getvalue())


def _usage(seed: int, image_id: str) -> str:
    return "Public" if blake2b(f"{seed}/usage/{image_id}".encode(), digest_size=2).digest() < b"\x55" else "Private"
