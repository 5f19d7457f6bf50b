"""Find the faults of the ground truth of a competition."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from harness.data.competition_fault import CompetitionFault, Tables, row_faults, unreadable_table, value_faults
from harness.data.complete_ground_truth import grade_columns
from harness.data.ground_truth import UNLABELLED, USAGES, GroundTruth, read_ground_truth
from harness.data.ground_truth_files import COLUMNS, find_ground_truth, unread_columns
from harness.data.ground_truth_match import CompetitionIds, match_ground_truth
from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import CsvTable, read_table
from harness.data.tables.ids import repeated_rows
from harness.errors import DataError
from metrics import Task


def ground_truth_faults(folder: Path, tables: Tables) -> Iterator[CompetitionFault]:
    """Yield the faults of the ground truth, compared with those tables of the competition that have no fault."""
    try:
        paths = find_ground_truth(folder)
    except DataError as error:
        yield CompetitionFault("ground truth", "file cannot be used", 1, (str(error),))
        return
    for task, path in paths.items():
        try:
            columns = grade_columns(path).values() if task == "retrieval" else ()
            table = read_table(path, ["id", *(columns or [COLUMNS[task]])], optional=["Usage"])
            yield from value_faults(path.name, "columns that are not read", unread_columns(path))
            faults = list(_truth_row_faults(table, task))
            yield from faults
            truth = None if faults else read_ground_truth(path, task)
        except DataError as error:
            yield unreadable_table(path, error)
            continue
        yield from _query_faults(table, tables)
        if truth:
            yield from _answer_faults(path, truth, tables)


def _truth_row_faults(table: CsvTable, task: Task) -> Iterator[CompetitionFault]:
    yield from row_faults(table, "id", "repeated queries", repeated_rows(table["id"]))
    usage = table["Usage"] if "Usage" in table else np.full(len(table), USAGES[0], object)
    invalid = np.flatnonzero(~np.isin(usage, USAGES)).tolist()
    yield from row_faults(table, "Usage", "values of Usage other than Public, Private or Ignored", invalid)
    if task == "recognition":
        scored = np.flatnonzero(usage != "Ignored").tolist()
        invalid = [row for row in scored if parse_whole_numbers(table["landmarks"][row].split()) is None]
        yield from row_faults(table, "landmarks", "landmarks that are not whole numbers of at most 18 digits", invalid)


def _query_faults(truth: CsvTable, tables: Tables) -> Iterator[CompetitionFault]:
    if "test" not in tables:
        return
    name, ids = truth.path.name, truth["id"]
    queries = set(tables["test"]["id"])
    yield from value_faults(name, "queries that are not in test.csv", [query for query in ids if query not in queries])
    yield from value_faults(name, "queries of test.csv without a row", sorted(queries - set(ids)))


def _answer_faults(path: Path, truth: GroundTruth, tables: Tables) -> Iterator[CompetitionFault]:
    try:
        match_ground_truth(path.parent, truth, CompetitionIds(None, None, None))
    except DataError as error:
        yield CompetitionFault(path.name, "table cannot be scored", 1, (str(error),))
    part = "index" if truth.task == "retrieval" else "train"
    if part in tables:
        ids = {*tables["index"]["id"]} if part == "index" else {int(label) for label in labels_of(tables["train"])}
        unknown = sorted(set(truth.tokens.tolist()) - ids)
        yield from value_faults(path.name, f"{COLUMNS[truth.task]} that are not in {part}.csv", unknown)
    elif not os.path.lexists(path.parent / f"{part}.csv"):
        needs = f"table is missing: the ground truth of {truth.task} needs it"
        yield CompetitionFault(f"{part}.csv", needs, 1, (path.name,))
    yield from (CompetitionFault(path.name, "note", 1, (note,)) for note in truth.notes)


def labels_of(train: CsvTable | None) -> Iterable[str]:
    """Return the landmarks of labelled train images as texts; none without a table or its column."""
    labels = train["landmark_id"] if train is not None and "landmark_id" in train else ()
    return [label for label in labels if label not in UNLABELLED]
