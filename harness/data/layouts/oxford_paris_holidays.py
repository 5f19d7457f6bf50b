"""Import the published files of Oxford and Paris, revisited or classic, and of Holidays as a competition."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from harness.data.layouts.benchmark_photos import benchmark_photos, count_omissions
from harness.data.layouts.omissions import Omissions
from harness.data.layouts.writing import atomic_folder, link_or_copy, write_table
from harness.data.safe_pickle import read_pickle
from harness.data.tables.cells import quote
from harness.data.tables.ids import is_safe_id
from harness.errors import DataError
from harness.progress import track
from metrics import holidays

_CLASSIC = {"ok": "images", "junk": "ignored"}

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


@dataclass
class ImportedBenchmark:
    """Queries, index and ground truth of a benchmark; `lists` is column -> query id -> image names."""

    queries: dict[str, tuple[str, Box | None]]  # query id -> image name, and the query's box in it
    index: list[str]
    lists: dict[str, dict[str, list[str]]]


def import_benchmark(source: Path, target: Path, left_out: Omissions | None = None) -> dict[str, int]:
    """Write the benchmark in `source` as a competition to `target`; return the number of images of each part.

    The source holds a `gnd_*.pkl` of revisited or classic Oxford and Paris, the text files `*_query.txt`, `*_good.txt`,
    `*_ok.txt` and `*_junk.txt` of the classic ones, or `jpg/1?????.jpg` of Holidays. Photos below `source/jpg` are
    linked or copied; queries of Oxford and Paris are cropped. Without photos only the tables are written. Photos
    that are no image of the benchmark are counted in `left_out`.

    Raises DataError for any other source and for a target that is not empty.
    """
    if not source.is_dir():
        raise DataError(f"{source}: there is no such folder")
    benchmark = _from_pickle(source) or _from_texts(source) or _from_holidays(source)
    if benchmark is None:
        raise DataError(
            f"{source}: holds no gnd_*.pkl, no *_query.txt and no jpg/1?????.jpg, so it is not a known benchmark"
        )
    _require_safe(source, [*benchmark.queries, *benchmark.index])
    photos = benchmark_photos(source)
    with atomic_folder(target) as folder:
        for query, (name, box) in track(benchmark.queries.items(), "importing queries", len(benchmark.queries)):
            if name in photos:
                _crop_query(photos[name], box, folder / "test" / query)
        for name in track(benchmark.index, "importing the index"):
            if name in photos:
                link_or_copy(photos[name], folder / "index" / f"{name}{photos[name].suffix.lower()}")
        write_table(folder / "test.csv", ("id",), [(query,) for query in benchmark.queries])
        write_table(folder / "index.csv", ("id",), [(name,) for name in benchmark.index])
        lists = benchmark.lists.values()
        rows = [(query, *(" ".join(names.get(query, [])) for names in lists)) for query in benchmark.queries]
        write_table(folder / "retrieval_solution.csv", ("id", *benchmark.lists), rows)
    if left_out is not None:
        count_omissions(source, [name for name, _ in benchmark.queries.values()], benchmark.index, left_out)
    with_photo = sum(name in photos for name in benchmark.index)
    return {"test": len(benchmark.queries), "index": len(benchmark.index), "index with a photo": with_photo}


def _from_pickle(source: Path) -> ImportedBenchmark | None:
    paths = sorted(source.glob("gnd_*.pkl"))
    if not paths:
        return None
    if len(paths) > 1:
        raise DataError(f"{source}: holds {paths[0].name} and {paths[1].name}; import one benchmark at a time")
    content = read_pickle(paths[0])
    try:
        return _parse_ground_truth(content["imlist"], content["qimlist"], content["gnd"])
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise DataError(
            f"{paths[0]}: is not the ground truth of Oxford or Paris: invalid imlist, qimlist or gnd ({error})"
        ) from None


def _parse_ground_truth(index: list[str], queries: list[str], truths: list[dict[str, Any]]) -> ImportedBenchmark:
    columns = {"easy": "easy", "hard": "hard", "junk": "ignored"} if "easy" in truths[0] else _CLASSIC
    benchmark = ImportedBenchmark({}, [str(name) for name in index], {column: {} for column in columns.values()})
    for name, truth in zip(queries, truths, strict=True):
        query = _new_query_id(str(name), benchmark)
        left, top, right, bottom = truth["bbx"] if truth.get("bbx") else (0.0, 0.0, 0.0, 0.0)
        benchmark.queries[query] = str(name), (left, top, right, bottom) if truth.get("bbx") else None
        for key, column in columns.items():
            benchmark.lists[column][query] = [benchmark.index[_parse_position(number)] for number in truth[key]]
    return benchmark


def _parse_position(number: object) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"{number!r} is not a position in imlist")
    return number


def _new_query_id(name: str, benchmark: ImportedBenchmark) -> str:
    """Return an id that differs from all index images and other queries: classic queries are also index images."""
    ids = {*benchmark.index, *benchmark.queries}
    return name if name not in ids else next(new for n in count(1) if (new := f"{name}_query{n}") not in ids)


def _from_texts(source: Path) -> ImportedBenchmark | None:
    """Read the text files of classic Oxford and Paris; in Oxford the image in a query file has the prefix `oxc1_`."""
    paths = sorted(source.rglob("*_query.txt"))
    if not paths:
        return None
    photos = benchmark_photos(source)
    benchmark = ImportedBenchmark({}, sorted(photos), {"images": {}, "ignored": {}})
    for path in paths:
        name = path.name.removesuffix("_query.txt")
        words = _words(path)
        if len(words) != 5:
            raise DataError(f"{path}: must hold the name of an image and the four sides of a box")
        good, ok, junk = (_words(path.with_name(f"{name}_{kind}.txt")) for kind in ("good", "ok", "junk"))
        left, top, right, bottom = map(_parse_pixels, words[1:])
        query = _new_query_id(name, benchmark)
        benchmark.queries[query] = words[0].removeprefix("oxc1_"), (left, top, right, bottom)
        benchmark.lists["images"][query], benchmark.lists["ignored"][query] = [*good, *ok], junk
    missing = {name for lists in benchmark.lists.values() for names in lists.values() for name in names}
    benchmark.index += sorted(missing - photos.keys())
    return benchmark


def _from_holidays(source: Path) -> ImportedBenchmark | None:
    groups = defaultdict(list)
    for name in sorted(benchmark_photos(source)):
        if len(name) == 6 and name.isascii() and name.isdecimal() and name.startswith("1"):
            groups[name[:4]].append(name)
    if not groups:
        return None
    relevant, ignored = holidays({names[0]: names for names in groups.values() if len(names) > 1})
    columns = {"images": relevant, "ignored": ignored}
    lists = {column: {query: sorted(names) for query, names in of.items()} for column, of in columns.items()}
    index = [name for names in groups.values() for name in names]
    return ImportedBenchmark({query: (query, None) for query in relevant}, index, lists)


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not text") from None


def _parse_pixels(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DataError(f"{quote(text)} is not a number of pixels") from None


def _require_safe(source: Path, names: list[str]) -> None:
    for name in names:
        if not is_safe_id(name):
            raise DataError(f"{source}: {quote(name)} cannot be an image id")


def _crop_query(photo: Path, box: Box | None, target: Path) -> None:
    """Link the photo, or write the box of it as PNG, which is lossless."""
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
        raise DataError(f"{photo}: the query cannot be cropped: {error}") from None
