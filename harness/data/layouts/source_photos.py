"""Find the photos of class folders, and count what is no photo by reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from harness.data.images.decode import UndecodableError, decode
from harness.data.images.find import SUFFIXES
from harness.data.layouts import omissions as reasons
from harness.data.layouts.omissions import Omissions
from harness.errors import DataError
from harness.progress import track

_FORMATS = (  # start of a file, and the suffix of its format
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
)
_HEAD = 12  # bytes that tell the format


@dataclass(frozen=True)
class SourcePhoto:
    """A photo: its path, the name of its class folder, its path in there, and the suffix of its format."""

    path: Path
    landmark: str
    name: str
    suffix: str

    @property
    def must_be_converted(self) -> bool:
        """Whether no image of a competition may have the suffix."""
        return self.suffix not in SUFFIXES


def find_photos(source: Path, *, nested: bool = False) -> tuple[list[SourcePhoto], Omissions]:
    """Return the photos of `source/<landmark>/`, sorted by path, and what is left out.

    A photo is recognised by its content, whatever its suffix. Of equal files only the first is returned. With `nested`,
    photos of folders inside a class folder belong to its landmark. Raises DataError if `source` cannot be read.
    """
    left_out = Omissions(source)
    photos: list[SourcePhoto] = []
    folders = [*_class_folders(source, left_out)]
    read_anyway = {os.path.realpath(folder) for folder in (source, *folders)}
    for folder in track(folders, "reading folders"):
        of_landmark = list(_photos_of_landmark(folder, left_out, read_anyway, nested=nested))
        if not of_landmark:
            left_out.add(reasons.WITHOUT_PHOTO, folder)
        photos += of_landmark
    return list(_distinct_photos(photos, left_out)), left_out


def _class_folders(source: Path, left_out: Omissions) -> Iterator[os.DirEntry[str]]:
    if not os.path.isdir(source):
        raise DataError(f"{source}: there is no such folder")
    try:
        entries = sorted(os.scandir(source), key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(f"{source}: cannot be read: {error.strerror}") from None
    for entry in entries:
        if entry.name.startswith("."):
            left_out.add(reasons.HIDDEN, entry)
        elif _is_folder(entry):
            yield entry
        else:
            left_out.add(reasons.OUTSIDE, entry)


def _photos_of_landmark(
    folder: os.DirEntry[str], left_out: Omissions, read_anyway: set[str], *, nested: bool
) -> Iterator[SourcePhoto]:
    for entry in _files_below(folder.path, left_out, read_anyway.copy(), nested=nested):
        suffix = _suffix_of_photo(entry, left_out)
        if suffix:
            name = Path(os.path.relpath(entry.path, folder.path)).as_posix()
            yield SourcePhoto(Path(entry.path), folder.name, name, suffix)


def _files_below(folder: str, left_out: Omissions, seen: set[str], *, nested: bool) -> Iterator[os.DirEntry[str]]:
    """Yield what is no folder, by name; with `nested` also of inner folders, whose files are counted otherwise.

    `seen` has the real paths of the folders that were read: links may lead back to one.
    """
    for entry in _entries(folder, left_out):
        if entry.name.startswith("."):
            left_out.add(reasons.HIDDEN, entry)
        elif not _is_folder(entry):
            yield entry
        elif (real := os.path.realpath(entry.path)) in seen:
            left_out.add(reasons.LINKED_TWICE, entry)
        else:
            seen.add(real)
            for inner in _files_below(entry.path, left_out, seen, nested=True):
                if nested:
                    yield inner
                else:
                    left_out.add(reasons.NESTED, inner)


def _entries(folder: str, left_out: Omissions) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        left_out.add(reasons.UNREADABLE, folder)
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _suffix_of_photo(entry: os.DirEntry[str], left_out: Omissions) -> str | None:
    """Return the suffix to give to a photo, None if the file is no photo, which is then counted."""
    try:
        if not entry.is_file():
            left_out.add(reasons.SPECIAL, entry)
            return None
        with open(entry.path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        left_out.add(reasons.SPECIAL if entry.is_symlink() else reasons.UNREADABLE, entry)
        return None
    suffix, own = suffix_of_format(head), os.path.splitext(entry.name)[1].lower()
    suffix = own if suffix and own in SUFFIXES else suffix
    if suffix in SUFFIXES or (suffix and _is_decodable(entry)):
        return suffix
    if head:
        left_out.add(reasons.NOT_DECODABLE, entry, own or "without suffix")
    else:
        left_out.add(reasons.EMPTY, entry)
    return None


def _is_decodable(entry: os.DirEntry[str]) -> bool:
    try:
        decode(entry.path)
    except UndecodableError:
        return False
    return True


def suffix_of_format(head: bytes) -> str | None:
    """Return the suffix of an image format by the first twelve bytes of a file; None if it cannot be decoded.

    >>> suffix_of_format(b"GIF89a" + bytes(6)), suffix_of_format(b"id,images")
    ('.gif', None)
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for start, suffix in _FORMATS if head.startswith(start)), None)


def _distinct_photos(photos: list[SourcePhoto], left_out: Omissions) -> Iterator[SourcePhoto]:
    """Yield the photos without copies, which would be found without looking. Only files of equal size are compared."""
    sizes = {photo.path: _size(photo.path) for photo in photos}
    n_of_size = Counter(sizes.values())
    landmark_of: dict[bytes, str] = {}  # digest -> landmark of its first file
    for photo in track(photos, "comparing photos"):
        if n_of_size[sizes[photo.path]] == 1:
            yield photo
            continue
        digest = _digest(photo.path)
        if digest is None:
            left_out.add(reasons.UNREADABLE, photo.path)
        elif digest in landmark_of:
            is_same = landmark_of[digest] == photo.landmark
            left_out.add(reasons.COPIES if is_same else reasons.TWO_LANDMARKS, photo.path)
        else:
            landmark_of[digest] = photo.landmark
            yield photo


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").digest()
    except OSError:
        return None
