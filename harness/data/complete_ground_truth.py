"""The truth of benchmarks that rank all images: revisited and classic Oxford and Paris, Holidays.

A table `id,easy,hard,ignored` is judged as revisited Oxford and Paris are, `id,images,ignored` as classic ones and
Holidays. Ignored images, which the benchmarks call junk, are neither right nor wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from harness.data.tables.csv_table import read_header, shown
from harness.data.tables.id_index import Vocabulary
from harness.data.tables.rows import read_rows
from harness.errors import DataError
from metrics import DIFFICULTIES, revisited

LAYOUTS = (("easy", "hard", "ignored"), ("images", "ignored"))
Lists = dict[str, set[int]]  # query -> the numbers of images


@dataclass(frozen=True, eq=False)
class CompleteTruth:
    """Which images are relevant and which ignored for each query, by protocol."""

    query_ids: list[str]
    images: Vocabulary
    protocols: dict[str, tuple[Lists, Lists]]  # name -> relevant, ignored


def find_complete_truth(folder: Path) -> Path | None:
    """Return the ground truth for complete rankings in a folder, or None."""
    found = [path for path in sorted(folder.glob("*solution*.csv")) if is_complete(read_header(path))]
    if len(found) > 1:
        raise DataError(f"{folder}: {found[0].name} and {found[1].name} both hold the ground truth; move one away")
    return found[0] if found else None


def is_complete(header: list[str]) -> bool:
    """Tell whether a table with these columns holds the truth for complete rankings."""
    return any({"id", *layout} <= {*header} for layout in LAYOUTS)


def read_complete_truth(path: Path, images: Vocabulary) -> CompleteTruth:
    """Return the truth in a table; images that are not known yet are added to `images`.

    Raises DataError for a repeated query.
    """
    columns = next(layout for layout in LAYOUTS if {*layout} <= {*read_header(path)})
    lists: dict[str, Lists] = {name: {} for name in columns}
    for rows in read_rows(path, ["id", *columns]):
        queries = rows["id"].whole().texts()
        for row, query in enumerate(queries):
            if query in lists[columns[0]] or query in queries[:row]:
                rows.refuse(row, f"the query {shown(query)} stands there a second time; remove one of the rows")
        for name in columns:
            column = rows[name].packed()
            numbers = np.where(column.words.lengths > 0, images.add(column.words), -1)
            spans = pairwise([0, *column.stops.tolist()])
            lists[name] |= {
                query: {*numbers[start:stop].tolist()} - {-1}
                for query, (start, stop) in zip(queries, spans, strict=True)
            }
    return CompleteTruth([*lists[columns[0]]], images, _protocols(lists))


def _protocols(lists: dict[str, Lists]) -> dict[str, tuple[Lists, Lists]]:
    if "images" in lists:
        return {"all": (lists["images"], lists["ignored"])}
    return {grade: revisited(lists["easy"], lists["hard"], lists["ignored"], grade) for grade in DIFFICULTIES}
