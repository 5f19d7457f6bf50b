"""The truth of benchmarks that rank all images: revisited and classic Oxford and Paris, Holidays.

A table `id,easy,hard,ignored` is judged as revisited Oxford and Paris are, `id,images,ignored` as classic ones and
Holidays. Ignored images, which the benchmarks call junk, are neither right nor wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from harness.data.tables.cells import quote
from harness.data.tables.csv_table import read_header, read_rows
from harness.data.tables.id_index import IdIndex
from harness.errors import DataError
from metrics import DIFFICULTIES, revisited

COLUMN_SETS = (("easy", "hard", "ignored"), ("images", "ignored"))
ImagesByQuery = dict[str, set[int]]  # query -> the numbers of images


@dataclass(frozen=True, eq=False)
class CompleteGroundTruth:
    """Which images are relevant and which ignored for each query, by protocol."""

    query_ids: list[str]
    images: IdIndex
    protocols: dict[str, tuple[ImagesByQuery, ImagesByQuery]]  # name -> relevant, ignored


def find_complete_ground_truth(folder: Path) -> Path | None:
    """Return the ground truth for complete rankings in a folder, or None."""
    found = [path for path in sorted(folder.glob("*solution*.csv")) if has_complete_columns(read_header(path))]
    if len(found) > 1:
        raise DataError(f"{folder}: {found[0].name} and {found[1].name} both hold the ground truth; move one away")
    return found[0] if found else None


def has_complete_columns(header: list[str]) -> bool:
    """Tell whether a table with these columns holds the truth for complete rankings."""
    return any({"id", *layout} <= {*header} for layout in COLUMN_SETS)


def read_complete_ground_truth(path: Path, images: IdIndex) -> CompleteGroundTruth:
    """Return the truth in a table; images that are not known yet are added to `images`.

    Raises DataError for a repeated query.
    """
    columns = next(layout for layout in COLUMN_SETS if {*layout} <= {*read_header(path)})
    lists: dict[str, ImagesByQuery] = {name: {} for name in columns}
    for rows in read_rows(path, ["id", *columns]):
        queries = rows["id"].as_strings().texts()
        for row, query in enumerate(queries):
            if query in lists[columns[0]] or query in queries[:row]:
                rows.reject(row, f"the query {quote(query)} stands there a second time; remove one of the rows")
        for name in columns:
            column = rows[name].compact()
            numbers = np.where(column.words.lengths > 0, images.add(column.words), -1)
            spans = pairwise([0, *column.stops.tolist()])
            lists[name] |= {
                query: {*numbers[start:stop].tolist()} - {-1}
                for query, (start, stop) in zip(queries, spans, strict=True)
            }
    return CompleteGroundTruth([*lists[columns[0]]], images, _protocols(lists))


def _protocols(lists: dict[str, ImagesByQuery]) -> dict[str, tuple[ImagesByQuery, ImagesByQuery]]:
    if "images" in lists:
        return {"all": (lists["images"], lists["ignored"])}
    return {grade: revisited(lists["easy"], lists["hard"], lists["ignored"], grade) for grade in DIFFICULTIES}
