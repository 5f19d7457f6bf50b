"""Find the images of a competition that are missing, or cannot be decoded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from joblib import Parallel, delayed

from harness.cpu_budget import cores
from harness.data.competition_fault import CompetitionFault, value_faults
from harness.data.images.decode import UndecodableError, decode
from harness.data.images.find import ImageFolder
from harness.data.source_files import id_with_file
from harness.data.tables.cells import quote
from harness.data.tables.csv_table import CsvTable
from harness.data.tables.ids import is_safe_id
from harness.errors import DataError
from harness.progress import track


def image_faults(folder: Path, part: str, table: CsvTable, files: Mapping[str, str]) -> Iterator[CompetitionFault]:
    """Yield the faults of the images in a table; decodes all of them. `files` is id -> file before an import."""
    images = ImageFolder(folder, part)
    try:
        paths = {image_id: images.path(image_id) for image_id in table["id"] if is_safe_id(image_id)}
    except DataError as error:
        yield CompetitionFault(f"{part} images", "folder cannot be read", 1, (str(error),))
        return
    missing = [image_id for image_id, path in paths.items() if path is None]
    similar = _files_by_stem(folder, part) if missing else {}
    names = [_with_similar_file(image_id, files, similar) for image_id in missing]
    yield from value_faults(f"{part}.csv", "ids without an image", names, quoted=True)
    present = {id_with_file(image_id, files): path for image_id, path in paths.items() if path is not None}
    broken = _decoding_errors(part, present)
    yield from value_faults(f"{part} images", "images that cannot be decoded", broken, quoted=True)


def _with_similar_file(image_id: str, files: Mapping[str, str], similar: Mapping[str, str]) -> str:
    """Return an id in quotes, with a file that may be its image under another name."""
    name = quote(id_with_file(image_id, files))
    file = similar.get(_stem(image_id))
    return f"{name}, perhaps {quote(file)}" if file else name


def _files_by_stem(folder: Path, part: str) -> dict[str, str]:
    """Return the files of a part by their names in lower case, up to the first dot."""
    names: list[str] = []
    for each in (folder, folder / part):
        try:
            names += os.listdir(each)
        except OSError:  # a part need not have a folder
            continue
    return {_stem(name): name for name in sorted(names) if not name.startswith(".")}


def _stem(name: str) -> str:
    return name.partition(".")[0].casefold()


def _decoding_errors(part: str, paths: Mapping[str, str]) -> list[str]:
    checks = Parallel(n_jobs=cores(), prefer="threads", return_as="generator")(
        delayed(_decoding_error)(name, path) for name, path in paths.items()
    )
    return [error for error in track(checks, f"decoding {part} images", len(paths)) if error]


def _decoding_error(name: str, path: str) -> str | None:
    try:
        decode(path)
    except UndecodableError as error:
        return f"{quote(name)} {error}"
    return None
