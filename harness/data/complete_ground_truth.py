"""Ground truth of benchmarks that rank all images: revisited and classic Oxford and Paris, and Holidays.

Columns `id,easy,hard,ignored` mean the protocols of revisited Oxford and Paris; `id,images,ignored` and
`id,good,ok,ignored` those of the classic ones and Holidays. Ignored images, called junk in the papers and perhaps in
the first line, count neither as relevant nor as irrelevant.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from harness.data.tables.blocks import TextColumn
from harness.data.tables.cells import quote
from harness.data.tables.csv_table import TableRows, read_header, read_rows
from harness.data.tables.id_index import IdIndex
from harness.errors import DataError
from metrics import COMPLETE_METRICS, DIFFICULTIES, PROTOCOL_METRICS, Metric, oxford, revisited

ImagesByQuery = dict[str, set[int]]  # query id -> numbers of images
Protocols = dict[str, tuple[ImagesByQuery, ImagesByQuery]]  # name of a protocol -> relevant, ignored

_RELEVANT_GRADES = (("easy", "hard"), ("good", "ok"), ("images",))
_IGNORED = ("ignored", "junk")
_GRADES = {*_IGNORED, "easy", "hard", "good", "ok"}
_FORMS = "id,easy,hard,ignored (revisited), id,good,ok,ignored (classic) or id,images,ignored"


def grade_columns(path: Path) -> dict[str, str]:
    """Return grade -> column of a table that asks for complete rankings; empty for any other table.

    Raises DataError for a table of which only some columns are understood.
    """
    header = read_header(path)
    names = {name for name in header if name.strip().lower() in _GRADES}
    if not names:
        return {}
    ignored = [name for name in _IGNORED if name in names]
    for grades in _RELEVANT_GRADES:
        if {*grades} <= {*header} and names | {*grades} == {*grades, *ignored[:1]} and "id" in header:
            return dict(zip((*grades, "ignored"), (*grades, *ignored), strict=False))
    raise DataError(f"{path}: the first line is {quote(','.join(header))}; it must be {_FORMS}, perhaps with Usage")


def read_protocols(path: Path, images: IdIndex) -> Protocols:
    """Return the protocols of a table; new images are added to `images`.

    Raises DataError for a repeated query, and for an image that is relevant and ignored at once.
    """
    columns = grade_columns(path)
    images_of: dict[str, ImagesByQuery] = {grade: {} for grade in (*columns, "ignored")}
    for rows in read_rows(path, ["id", *columns.values()], keep_quoted=True):
        queries = _new_queries(rows, images_of)
        for grade, column in columns.items():
            images_of[grade] |= zip(queries, _image_sets(rows[column], images), strict=True)
        _require_disjoint(rows, queries, images_of)
    return _protocols(images_of)


def protocol_metrics(protocols: Protocols | dict[str, str]) -> tuple[Metric, ...]:
    """Return the metrics of some protocols, or of a table with some grades; the first ranks leaderboards.

    >>> protocol_metrics({"easy": "easy", "hard": "hard"})[:3]
    (map_medium, map_hard, map_easy)
    """
    return PROTOCOL_METRICS if "easy" in protocols else COMPLETE_METRICS


def _new_queries(rows: TableRows, images_of: dict[str, ImagesByQuery]) -> list[str]:
    known = next(iter(images_of.values()))
    queries = rows["id"].as_strings().texts()
    first = {query: row for row, query in reversed([*enumerate(queries)])}
    for row, query in enumerate(queries):
        if query in known or first[query] < row:
            rows.reject(row, f"the query {quote(query)} is repeated; remove one of the rows")
    return queries


def _image_sets(cells: TextColumn, images: IdIndex) -> list[set[int]]:
    column = cells.compact()
    is_id = column.words.lengths > 0
    numbers = np.full(len(column.words), -1, np.int64)
    numbers[is_id] = images.add(column.words[is_id])
    return [{*numbers[start:stop].tolist()} - {-1} for start, stop in pairwise([0, *column.stops.tolist()])]


def _require_disjoint(rows: TableRows, queries: list[str], images_of: dict[str, ImagesByQuery]) -> None:
    is_graded = "easy" in images_of  # good and ok images may overlap
    for row, query in enumerate(queries):
        *relevant, ignored = (of.get(query, set()) for of in images_of.values())
        if set().union(*relevant) & ignored:
            rows.reject(row, f"the ground truth contradicts itself: {quote(query)} has an image that is also ignored")
        if is_graded and relevant[0] & relevant[1]:
            rows.reject(row, f"the ground truth contradicts itself: {quote(query)} has an image both easy and hard")


def _protocols(images_of: dict[str, ImagesByQuery]) -> Protocols:
    if "easy" in images_of:
        easy, hard, ignored = images_of["easy"], images_of["hard"], images_of["ignored"]
        return {name: revisited(easy, hard, ignored, name) for name in DIFFICULTIES}
    good, ok = images_of.get("good", images_of.get("images", {})), images_of.get("ok", {})
    return {"all": oxford(good, ok, images_of["ignored"])}
