"""Lay out Oxford and Paris, revisited or classic, and Holidays, as they are handed out, as a competition."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from harness.data.images.find import SUFFIXES
from harness.data.safe_pickle import read_pickle
from harness.data.layouts.writing import atomic_folder, link_or_copy, write_table
from harness.data.tables.cells import quote
from harness.data.tables.ids import is_safe_id
from harness.errors import DataError
from harness.progress import track
from metrics import holidays

_CLASSIC = {"ok": "images", "junk": "ignored"}

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


@dataclass
class ImportedBenchmark:
    """What a benchmark asks: `lists` are the columns of its truth, query -> images."""

    queries: dict[str, tuple[str, Box | None]]  # id -> the image's name, and the part of it that is asked about
    index: list[str]
    lists: dict[str, dict[str, list[str]]]


def import_benchmark(source: Path, target: Path) -> dict[str, int]:
    """Lay out the benchmark in `source` as a competition in `target`; return how many images each part has.

    Known are a `gnd_*.pkl` of revisited or classic Oxford and Paris, the text files `*_query.txt`, `*_good.txt`,
    `*_ok.txt` and `*_junk.txt` of classic ones, and Holidays' `jpg/1?????.jpg`. Photos are looked for in `source/jpg`,
    linked or copied; queries of Oxford and Paris are cut out of theirs. Without photos the tables are written alone.

    Raises DataError for a source that is none of these and for a target that is not empty.
    """
    if not source.is_dir():
        raise DataError(f"{source}: there is no such folder")
    found = _from_pickle(source) or _from_texts(source) or _from_holidays(source)
    if found is None:
        raise DataError(f"{source}: holds no gnd_*.pkl, no *_query.txt and no jpg/1?????.jpg, so it is no benchmark")
    _require_safe(source, [*found.queries, *found.index])
    photos = _photos(source)
    with atomic_folder(target) as folder:
        for query, (name, box) in track(found.queries.items(), "laying out queries", len(found.queries)):
            if name in photos:
                _cut_out(photos[name], box, folder / "test" / query)
        for name in track(found.index, "laying out the index"):
            if name in photos:
                link_or_copy(photos[name], folder / "index" / f"{name}{photos[name].suffix.lower()}")
        write_table(folder / "test.csv", ("id",), [(query,) for query in found.queries])
        write_table(folder / "index.csv", ("id",), [(name,) for name in found.index])
        rows = [
            (query, *(" ".join(found.lists[each].get(query, [])) for each in found.lists)) for query in found.queries
        ]
        write_table(folder / "retrieval_solution.csv", ("id", *found.lists), rows)
    with_photo = sum(name in photos for name in found.index)
    return {"test": len(found.queries), "index": len(found.index), "index with a photo": with_photo}


def _from_pickle(source: Path) -> ImportedBenchmark | None:
    paths = sorted(source.glob("gnd_*.pkl"))
    if not paths:
        return None
    content = read_pickle(paths[0])
    try:
        return _benchmark(content["imlist"], content["qimlist"], content["gnd"])
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise DataError(
            f"{paths[0]}: is not the truth of Oxford or Paris: imlist, qimlist or gnd is not as it should be ({error})"
        ) from None


def _benchmark(index: list[str], queries: list[str], truths: list[dict[str, Any]]) -> ImportedBenchmark:
    columns = {"easy": "easy", "hard": "hard", "junk": "ignored"} if "easy" in truths[0] else _CLASSIC
    found = ImportedBenchmark({}, [str(name) for name in index], {column: {} for column in columns.values()})
    for name, truth in zip(queries, truths, strict=True):
        query = _free_name(str(name), found)
        left, top, right, bottom = truth["bbx"] if truth.get("bbx") else (0.0, 0.0, 0.0, 0.0)
        found.queries[query] = str(name), (left, top, right, bottom) if truth.get("bbx") else None
        for key, column in columns.items():
            found.lists[column][query] = [found.index[_place(number)] for number in truth[key]]
    return found


def _place(number: object) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"{number!r} is no place in imlist")
    return number


def _free_name(name: str, found: ImportedBenchmark) -> str:
    """Return an id that neither an index image nor another query has: classic queries are index images themselves."""
    taken = {*found.index, *found.queries}
    return name if name not in taken else next(each for n in count(1) if (each := f"{name}_query{n}") not in taken)


def _from_texts(source: Path) -> ImportedBenchmark | None:
    """Read the files of classic Oxford and Paris; a query file names its image, in Oxford with `oxc1_` before it."""
    paths = sorted(source.rglob("*_query.txt"))
    if not paths:
        return None
    photos = _photos(source)
    found = ImportedBenchmark({}, sorted(photos), {"images": {}, "ignored": {}})
    for path in paths:
        name = path.name.removesuffix("_query.txt")
        words = _words(path)
        if len(words) != 5:
            raise DataError(f"{path}: must hold the name of an image and the four sides of a box")
        good, ok, junk = (_words(path.with_name(f"{name}_{kind}.txt")) for kind in ("good", "ok", "junk"))
        left, top, right, bottom = map(_number, words[1:])
        query = _free_name(name, found)
        found.queries[query] = words[0].removeprefix("oxc1_"), (left, top, right, bottom)
        found.lists["images"][query], found.lists["ignored"][query] = [*good, *ok], junk
    missing = {name for lists in found.lists.values() for names in lists.values() for name in names}
    found.index += sorted(missing - photos.keys())
    return found


def _from_holidays(source: Path) -> ImportedBenchmark | None:
    groups = defaultdict(list)
    for name in sorted(_photos(source)):
        if len(name) == 6 and name.isascii() and name.isdecimal() and name.startswith("1"):
            groups[name[:4]].append(name)
    if not groups:
        return None
    relevant, ignored = holidays({names[0]: names for names in groups.values() if len(names) > 1})
    return ImportedBenchmark(
        {query: (query, None) for query in relevant},
        [name for names in groups.values() for name in names],
        {
            "images": {q: sorted(each) for q, each in relevant.items()},
            "ignored": {q: sorted(each) for q, each in ignored.items()},
        },
    )


def _photos(source: Path) -> dict[str, Path]:
    """Return the photos by their names without suffix."""
    folder = source / "jpg" if (source / "jpg").is_dir() else source
    return {each.stem: each for each in sorted(folder.iterdir()) if each.suffix.lower() in SUFFIXES and each.is_file()}


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: is no text") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{quote(text)} is no side of a box; write a number of pixels") from None


def _require_safe(source: Path, names: list[str]) -> None:
    for name in names:
        if not is_safe_id(name):
            raise DataError(f"{source}: {quote(name)} cannot be an image id")


def _cut_out(photo: Path, box: Box | None, target: Path) -> None:
    """Link a whole photo; write the part of one without losing anything more."""
    if box is None:
        link_or_copy(photo, target.with_name(f"{target.name}{photo.suffix.lower()}"))
        return
    from PIL import Image

    try:
        with Image.open(photo) as image:
            left, top, right, bottom = map(round, box)
            part = image.crop((max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)))
            part.save(target.with_name(f"{target.name}.png"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{photo}: the query cannot be cut out of it: {error}") from None
