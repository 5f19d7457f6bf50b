"""Find all faults of a competition folder.

The report is for the host of a competition: it names entries of the ground truth, which no competitor may see.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from harness.data.competition_fault import CompetitionFault, Tables, row_faults, unreadable_table, value_faults
from harness.data.ground_truth import UNLABELLED
from harness.data.ground_truth_check import ground_truth_faults, labels_of
from harness.data.ground_truth_files import asks_for_complete_rankings
from harness.data.image_check import image_faults
from harness.data.landmark_names import LANDMARK_NAMES
from harness.data.misnamed_tables import refuse_misnamed_table
from harness.data.source_files import SOURCE_FILES, source_files
from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import CsvTable, read_table
from harness.data.tables.ids import repeated_rows, unsafe_rows
from harness.errors import DataError

_PARTS = ("train", "index", "test")


def check_competition(folder: Path) -> list[CompetitionFault]:
    """Return all kinds of faults of the folder; decodes every image. Raises DataError if the folder does not exist."""
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: there is no such folder")
    return list(_find_faults(folder))


def _find_faults(folder: Path) -> Iterator[CompetitionFault]:
    tables: Tables = {}
    faultless: Tables = {}  # tables that can tell what is wrong elsewhere
    for part in _PARTS:
        faults = list(_table_faults(folder, part, tables))
        yield from faults
        if part in tables and not faults:
            faultless[part] = tables[part]
    yield from _shared_ids(tables, index_holds_queries=_index_may_hold_queries(folder))
    files = source_files(folder)
    for part, table in tables.items():
        yield from image_faults(folder, part, table, files)
    yield from _name_faults(folder / LANDMARK_NAMES, faultless.get("train"))
    yield from _source_faults(folder / SOURCE_FILES, faultless)
    yield from ground_truth_faults(folder, faultless)


def _table_faults(folder: Path, part: str, tables: Tables) -> Iterator[CompetitionFault]:
    path = folder / f"{part}.csv"
    try:
        refuse_misnamed_table(folder, path.name)
        table = read_table(path, ["id"], optional=["landmark_id"]) if os.path.lexists(path) else None
    except DataError as error:
        yield unreadable_table(path, error)
        return
    if table is not None:
        tables[part] = table
        yield from _id_faults(table)
        yield from _label_faults(table) if part == "train" else ()
    elif part == "test":
        yield CompetitionFault("test.csv", "table is missing: there are no queries", 1, ("test.csv",))


def _id_faults(table: CsvTable) -> Iterator[CompetitionFault]:
    if not len(table):
        yield CompetitionFault(table.path.name, "table has no rows", 1, (table.path.name,))
    yield from row_faults(table, "id", "ids that cannot be used", unsafe_rows(table["id"]))
    yield from row_faults(table, "id", "repeated ids", repeated_rows(table["id"]))


def _index_may_hold_queries(folder: Path) -> bool:
    """Return whether queries may be index images, as in Holidays, where the ground truth ignores the query itself.

    This is also so for a ground truth that cannot be read, which is a fault of its own.
    """
    try:
        return asks_for_complete_rankings(folder)
    except DataError:
        return True


def _shared_ids(tables: Tables, *, index_holds_queries: bool) -> Iterator[CompetitionFault]:
    sets = {part: set(table["id"]) for part, table in tables.items()}
    for one, other in (("train", "index"), ("train", "test"), ("index", "test")):
        if index_holds_queries and (one, other) == ("index", "test"):
            continue
        shared = sorted(sets.get(one, set()) & sets.get(other, set()))
        yield from value_faults(f"{one}.csv and {other}.csv", "ids that are in both", shared)


def _label_faults(train: CsvTable) -> Iterator[CompetitionFault]:
    if "landmark_id" not in train:
        yield CompetitionFault(train.path.name, "column is missing: landmark_id", 1, ("line 1",))
        return
    labelled = [(row, label) for row, label in enumerate(train["landmark_id"]) if label not in UNLABELLED]
    invalid = [row for row, label in labelled if parse_whole_numbers([label]) is None]
    what = "landmark ids that are not whole numbers of at most 18 digits"
    yield from row_faults(train, "landmark_id", what, invalid)
    empty = [row for row, label in enumerate(train["landmark_id"]) if not label]
    what = "images without a landmark_id, which are not trained on (write None for an image without a landmark)"
    yield from row_faults(train, "id", what, empty)


def _name_faults(path: Path, train: CsvTable | None) -> Iterator[CompetitionFault]:
    if not os.path.lexists(path):
        return
    try:
        table = read_table(path, ["landmark_id", "category"])
    except DataError as error:
        yield unreadable_table(path, error)
        return
    landmarks = table["landmark_id"]
    yield from row_faults(table, "landmark_id", "repeated landmarks", repeated_rows(landmarks))
    if train is not None:
        in_train = set(labels_of(train))
        without_image = [landmark for landmark in landmarks if landmark not in in_train]
        yield from value_faults(path.name, "landmarks without a train image", without_image)


def _source_faults(path: Path, tables: Tables) -> Iterator[CompetitionFault]:
    """Yield the faults of the table that names the files of imported images."""
    if not os.path.lexists(path):
        return
    try:
        ids = read_table(path, ["id", "file"])["id"]
    except DataError as error:
        yield unreadable_table(path, error)
        return
    if any(part not in tables and os.path.lexists(path.with_name(f"{part}.csv")) for part in _PARTS):
        return  # ids may be in a faulty table
    known = {image_id for table in tables.values() for image_id in table["id"]}
    yield from value_faults(path.name, "ids that are in no other table", [each for each in ids if each not in known])
