"""Find the photos of a published benchmark, and count those that its import leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from harness.data.images.find import SUFFIXES
from harness.data.layouts.omissions import Omissions

_OTHER_FORMATS = {".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".raw", ".dng", ".ppm"}
_OTHER_FORMAT = "images that are not JPEG, PNG or WebP; convert them to JPEG"
_SAME_NAME = "photos with the name of another photo, which was taken"
_NOT_LISTED = "photos that the benchmark does not list"
_NO_QUERY_PHOTO = "queries without a photo; put their photos there and import again"


def benchmark_photos(source: Path) -> dict[str, Path]:
    """Return file name without suffix -> photo; of equal names the last path."""
    return {path.stem: path for path in _files(source) if path.suffix.lower() in SUFFIXES}


def count_omissions(source: Path, queries: Collection[str], index: Collection[str], left_out: Omissions) -> None:
    """Count the photos below a source that are no image of a benchmark, and the queries that have no photo."""
    photos, listed = benchmark_photos(source), {*queries, *index}
    for path in _files(source):
        if path.suffix.lower() in _OTHER_FORMATS:
            left_out.add(_OTHER_FORMAT, path, path.suffix.lower())
        elif photos.get(path.stem, path) != path and path.suffix.lower() in SUFFIXES:
            left_out.add(_SAME_NAME, path)
        elif path.stem in photos and path.stem not in listed and path.suffix.lower() in SUFFIXES:
            left_out.add(_NOT_LISTED, path)
    for name in dict.fromkeys(queries):
        if name not in photos:
            left_out.add(_NO_QUERY_PHOTO, _folder(source) / name)


def _folder(source: Path) -> Path:
    return source / "jpg" if (source / "jpg").is_dir() else source


def _files(source: Path) -> Iterator[Path]:
    """Yield the files below the folder of the photos that are not hidden, by path."""
    yield from (path for path in sorted(_folder(source).rglob("*")) if path.name[0] != "." and path.is_file())
