"""Ground truth of benchmarks that rank all images: revisited and classic Oxford and Paris, and Holidays.

Columns `id,easy,hard,ignored` mean the protocols of revisited Oxford and Paris; `id,images,ignored` those of the
classic ones and Holidays. Ignored images, called junk in the papers, count neither as relevant nor as irrelevant.
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
ImagesByQuery = dict[str, set[int]]  # query id -> numbers of images


@dataclass(frozen=True, eq=False)
class CompleteGroundTruth:
    """The relevant and the ignored images of each query, by protocol."""

    query_ids: list[str]
    images: IdIndex
    protocols: dict[str, tuple[ImagesByQuery, ImagesByQuery]]  # name -> relevant, ignored


def find_complete_ground_truth(folder: Path) -> Path | None:
    """Return the path of the ground truth for complete rankings, or None; raises DataError if there are two."""
    paths = [path for path in sorted(folder.glob("*solution*.csv")) if has_complete_columns(read_header(path))]
    if len(paths) > 1:
        raise DataError(f"{folder}: {paths[0].name} and {paths[1].name} both hold the ground truth; move one away")
    return paths[0] if paths else None


def has_complete_columns(header: list[str]) -> bool:
    """Return whether a table with these columns is a ground truth for complete rankings."""
    return any({"id", *names} <= {*header} for names in COLUMN_SETS)


def read_complete_ground_truth(path: Path, images: IdIndex) -> CompleteGroundTruth:
    """Return the ground truth in a table; new images are added to `images`. Raises DataError for a repeated query."""
    columns = next(names for names in COLUMN_SETS if {*names} <= {*read_header(path)})
    images_of: dict[str, ImagesByQuery] = {name: {} for name in columns}
    for rows in read_rows(path, ["id", *columns]):
        queries = rows["id"].as_strings().texts()
        for row, query in enumerate(queries):
            if query in images_of[columns[0]] or query in queries[:row]:
                rows.reject(row, f"the query {quote(query)} is repeated; remove one of the rows")
        for name in columns:
            column = rows[name].compact()
            numbers = np.where(column.words.lengths > 0, images.add(column.words), -1)
            spans = pairwise([0, *column.stops.tolist()])
            images_of[name] |= {
                query: {*numbers[start:stop].tolist()} - {-1}
                for query, (start, stop) in zip(queries, spans, strict=True)
            }
    return CompleteGroundTruth([*images_of[columns[0]]], images, _protocols(images_of))


def _protocols(lists: dict[str, ImagesByQuery]) -> dict[str, tuple[ImagesByQuery, ImagesByQuery]]:
    if "images" in lists:
        return {"all": (lists["images"], lists["ignored"])}
    return {grade: revisited(lists["easy"], lists["hard"], lists["ignored"], grade) for grade in DIFFICULTIES}
