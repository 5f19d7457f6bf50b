"""Import a folder of class folders, `<landmark>/<photo>`, as a competition."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

from harness.data.landmark_names import LANDMARK_NAMES
from harness.data.layouts.omissions import Omission
from harness.data.layouts.part_shares import PartShares
from harness.data.layouts.photo_placement import PhotoPlacement, Placement
from harness.data.layouts.source_photos import SourcePhoto, find_photos
from harness.data.layouts.writing import PARTS, atomic_folder, write_table
from harness.data.source_files import SOURCE_FILES
from harness.data.tables.cells import quote
from harness.errors import DataError
from harness.progress import track


@dataclass(frozen=True)
class ImportedPhoto:
    """A source photo with its landmark, its new id and the part it is assigned to."""

    source: SourcePhoto
    landmark: int
    image_id: str
    part: str


@dataclass(frozen=True)
class FolderImport:
    """The result of an import: photos of each part, how their files were placed, and what was left out."""

    counts: dict[str, int]
    n_landmarks: int
    placed: dict[str, int]
    omissions: list[Omission] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self, folder: Path) -> list[str]:
        """Return the result as text."""
        counts = ", ".join(f"{count} {part}" for part, count in self.counts.items())
        placed = ", ".join(f"{count} {how}" for how, count in self.placed.items())
        landmarks = f"{self.n_landmarks} landmark{'s' * (self.n_landmarks != 1)}"
        return [
            *(f"left out: {omission}" for omission in self.omissions),
            *(f"note: {note}" for note in self.notes),
            f"{folder}: {counts} images of {landmarks} ({placed}); {SOURCE_FILES} names their files",
        ]

    def document(self) -> dict[str, object]:
        """Return the result as a JSON document."""
        omissions = [
            {"reason": each.reason, "count": each.count, "first": each.example, "suffixes": dict(each.suffixes)}
            for each in self.omissions
        ]
        numbers = {"images": self.counts, "landmarks": self.n_landmarks, "placed": self.placed}
        return numbers | {"left_out": omissions, "notes": self.notes}


def import_folders(
    source: Path,
    target: Path,
    seed: int = 0,
    *,
    shares: PartShares | None = None,
    placement: Placement = "auto",
    nested: bool = False,
) -> FolderImport:
    """Write the photos of `source/<landmark>/` as a competition to `target`.

    The photos of each landmark are split at random by seed and `shares`. A third of the queries is public. Files are
    hard-linked if possible, or else copied; `placement` "link" or "copy" demands one. With `nested`, photos of folders
    inside a class folder belong to its landmark. The table files.csv names the source of each id. The target appears
    when it is complete.

    Raises DataError for a source without class folders of photos, one in which no landmark has enough photos for a
    query, a target that is not empty or inside the source, and files that cannot be linked or written.
    """
    _require_outside(source, target)
    shares = shares or PartShares()
    found, left_out = find_photos(source, nested=nested)
    if not found:
        reasons = "".join(f"; {omission}" for omission in left_out)
        raise DataError(
            f"{source}: holds no class folders with photos; expected {source}/<landmark>/<photo>.jpg{reasons}"
        )
    names, photos = _assign_parts(found, seed, shares)
    if not any(photo.part == "test" for photo in photos):
        raise DataError(
            f"{source}: no landmark has enough photos for a query: {shares.n_parts} photos or more, of which "
            f"{shares.test:g} are queries; add photos or raise the share of test"
        )
    with atomic_folder(target) as folder:
        placer = PhotoPlacement(placement)
        for photo in track(photos, "importing images"):
            placer.place(photo.source, folder / photo.part / photo.image_id)
        _write_tables(folder, names, sorted(photos, key=lambda photo: photo.image_id), seed, shares)
    counts = {part: sum(photo.part == part for photo in photos) for part in PARTS}
    return FolderImport(counts, len(names), placer.counts, [*left_out], _few_photos(names, photos))


def _require_outside(source: Path, target: Path) -> None:
    """Raise DataError for a target in the source, whose images a later import would take for photos."""
    if target.resolve().is_relative_to(source.resolve()) and target.resolve() != source.resolve():
        raise DataError(f"{target}: is inside the source {source}; choose a folder outside it")


def _assign_parts(found: Sequence[SourcePhoto], seed: int, shares: PartShares) -> tuple[list[str], list[ImportedPhoto]]:
    """Return names of landmarks, and photos whose id and part depend on landmark, file name and seed only."""
    names, photos = [], []
    for landmark, (name, of_landmark) in enumerate(groupby(found, key=lambda photo: photo.landmark)):
        names.append(name)
        shuffled = sorted(((_random_id(seed, photo), photo) for photo in of_landmark), key=lambda pair: pair[0])
        sizes = shares.sizes(len(shuffled))
        parts = [part for part in reversed(PARTS) for _ in range(sizes[part])]
        photos += [
            ImportedPhoto(photo, landmark, image_id, part)
            for (image_id, photo), part in zip(shuffled, parts, strict=True)
        ]
    return names, photos


def _random_id(seed: int, photo: SourcePhoto) -> str:
    return blake2b(os.fsencode(f"{seed}/{photo.landmark}/{photo.name}"), digest_size=8).hexdigest()


def _few_photos(names: list[str], photos: list[ImportedPhoto]) -> list[str]:
    """Return a note on the landmarks that have no query."""
    with_query = {photo.landmark for photo in photos if photo.part == "test"}
    without = [number for number in range(len(names)) if number not in with_query]
    if not without:
        return []
    count = Counter(photo.landmark for photo in photos)[without[0]]
    example = f"{quote(_readable(names[without[0]]))} with {count} photo{'s' * (count > 1)}"
    who = f"{len(without)} landmark has" if len(without) == 1 else f"{len(without)} landmarks have"
    return [f"{who} too few photos for a query (first {example}); photos for training and the index only"]


def _write_tables(folder: Path, names: list[str], photos: list[ImportedPhoto], seed: int, shares: PartShares) -> None:
    of_part = {part: [photo for photo in photos if photo.part == part] for part in PARTS}
    usages = {photo.image_id: _usage(seed, photo.image_id) for photo in of_part["test"]}
    write_table(folder / "test.csv", ("id",), [(photo.image_id,) for photo in of_part["test"]])
    if shares.index:
        write_table(folder / "index.csv", ("id",), [(photo.image_id,) for photo in of_part["index"]])
        _write_retrieval_truth(folder, of_part, usages)
    if shares.train:
        labels = [(photo.image_id, photo.landmark) for photo in of_part["train"]]
        write_table(folder / "train.csv", ("id", "landmark_id"), labels)
        answers = [(photo.image_id, photo.landmark, usages[photo.image_id]) for photo in of_part["test"]]
        write_table(folder / "recognition_solution.csv", ("id", "landmarks", "Usage"), answers)
    write_table(folder / LANDMARK_NAMES, ("landmark_id", "category"), enumerate(map(_readable, names)))
    files = [(photo.image_id, _readable(_file(photo)), _readable(names[photo.landmark])) for photo in photos]
    write_table(folder / SOURCE_FILES, ("id", "file", "landmark"), files)


def _write_retrieval_truth(folder: Path, of_part: dict[str, list[ImportedPhoto]], usages: dict[str, str]) -> None:
    index: dict[int, list[str]] = {}
    for photo in of_part["index"]:
        index.setdefault(photo.landmark, []).append(photo.image_id)
    rows = [(query.image_id, " ".join(index[query.landmark]), usages[query.image_id]) for query in of_part["test"]]
    write_table(folder / "retrieval_solution.csv", ("id", "images", "Usage"), rows)


def _file(photo: ImportedPhoto) -> str:
    return f"{photo.source.landmark}/{photo.source.name}"


def _readable(name: str) -> str:
    """Return the name of a file as text in UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _usage(seed: int, image_id: str) -> str:
    return "Public" if blake2b(f"{seed}/usage/{image_id}".encode(), digest_size=2).digest() < b"\x55" else "Private"
