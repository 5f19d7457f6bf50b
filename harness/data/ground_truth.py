"""The truth of a competition, kept apart: no solution ever holds it.

The files are what Kaggle and Google Landmarks call `*_solution*.csv`: id, images or landmarks, and Usage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.tables.blocks import TextColumn
from harness.data.tables.cells import parse_whole_numbers, quote
from harness.data.tables.csv_table import TableRows, read_header, read_rows
from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError
from metrics import Task

COLUMNS: dict[Task, str] = {"retrieval": "images", "recognition": "landmarks"}
UNLABELLED = ("", "None")  # landmark_id of a train image that shows none
USAGES = ("Public", "Private", "Ignored")
UNLISTABLE = -2  # the number of an image that nobody can list


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What is right for each query: `relevant[offsets[i]:offsets[i + 1]]` for query i.

    These are landmarks, or the numbers of images in the vocabulary; a negative one is an image that nobody can list.
    """

    task: Task
    query_ids: np.ndarray  # (n,) str
    usage: np.ndarray  # (n,) one of USAGES
    relevant: np.ndarray  # (total,) int64 landmarks, or int32 numbers of images
    offsets: np.ndarray  # (n + 1,)
    images: IdIndex = field(default_factory=IdIndex)
    notes: tuple[str, ...] = ()  # what was put right on reading

    @classmethod
    def from_lists(
        cls, task: Task, query_ids: np.ndarray, usage: np.ndarray, lists: Sequence[Sequence[Any]]
    ) -> GroundTruth:
        """Return the truth from the ids of images, or the landmarks, of each query."""
        offsets, images = np.cumsum([0, *map(len, lists)]), IdIndex()
        tokens = [*chain.from_iterable(lists)]
        relevant = images.add(StringColumn.from_texts(tokens)) if task == "retrieval" else np.array(tokens, np.int64)
        return cls(task, query_ids, usage, relevant, offsets, images)

    def __len__(self) -> int:
        return len(self.query_ids)

    @property
    def scored(self) -> np.ndarray:
        """Return which queries count `(n,)`."""
        return np.asarray(self.usage != "Ignored")

    @property
    def tokens(self) -> np.ndarray:
        """Return what is relevant as it is written `(total,)`: ids of images, empty for one without, or landmarks."""
        if self.task == "recognition":
            return self.relevant
        return np.asarray(np.append(self.images.texts(), "")[np.maximum(self.relevant, -1)])


def find_ground_truth(folder: Path) -> dict[Task, Path]:
    """Return the ground truth files of a competition folder: task -> path.

    Raises DataError where two files hold the truth of one task: scores must say which they follow.
    """
    found: dict[Task, Path] = {}
    for path in sorted(path for path in folder.glob("*solution*.csv") if not path.name.startswith(".")):
        header = read_header(path)
        for task, column in COLUMNS.items():
            if column not in header or "ignored" in header:  # which is a truth for complete rankings
                continue
            if task in found:
                raise DataError(
                    f"{folder}: {found[task].name} and {path.name} both hold the ground truth of {task}; move one away"
                )
            found[task] = path
    return found


def load_ground_truth(folder: Path, task: Task, images: IdIndex | None = None) -> GroundTruth | None:
    """Return the ground truth of a task, or None where the folder holds none."""
    path = find_ground_truth(folder).get(task)
    return None if path is None else read_ground_truth(path, task, images)


def part_shares(folder: Path, task: Task) -> dict[str, float]:
    """Return which part of the queries that count is public and private; nothing where there are not both."""
    truth = load_ground_truth(folder, task)
    parts = ("public", "private")
    counts = {} if truth is None else {part: int((truth.usage == part.title()).sum()) for part in parts}
    return {part: count / sum(counts.values()) for part, count in counts.items()} if all(counts.values()) else {}


def read_ground_truth(path: Path, task: Task, images: IdIndex | None = None) -> GroundTruth:
    """Return the ground truth in a file, as the official reader understands it; without Usage all is Private.

    A retrieval row that is empty but not ignored has one relevant image that nobody can list; a landmark row that is
    empty is a query without landmark. Repeats within a row are dropped and noted. The cell of an ignored query is not
    looked at. Images that `images` does not know yet are added to it.

    Raises DataError for a repeated query, another Usage, and landmarks that are no whole numbers.
    """
    images = IdIndex() if images is None else images
    queries, usages, found, counts, notes = IdIndex(), [], [], [], GroundTruthNotes()
    for rows in read_rows(path, ["id", COLUMNS[task]], optional=["Usage"]):
        _add_queries(queries, rows)
        usage = _usage(rows)
        words, count = _told(rows[COLUMNS[task]], usage != "Ignored", task, notes)
        usages.append(usage)
        counts.append(count)
        found.append(_images(images, words) if task == "retrieval" else _landmarks(rows, words, count))
    return GroundTruth(
        task,
        queries.texts(),
        np.concatenate([np.array([], object), *usages]),
        np.concatenate([np.array([], np.int64), *found]) if not found else np.concatenate(found),
        np.r_[0, np.cumsum(np.concatenate([np.array([], np.int64), *counts]))],
        images,
        notes.lines(path),
    )


@dataclass
class GroundTruthNotes:
    """What is odd in a ground truth and put right."""

    repeats: int = 0
    empty: int = 0

    def lines(self, path: Path) -> tuple[str, ...]:
        """Return a line for each kind."""
        told = {
            "repeated entries within rows were counted once": self.repeats,
            "queries that count have no image to find, and score 0 whatever is listed; mark them Ignored": self.empty,
        }
        return tuple(f"{path.name}: {count} {what}" for what, count in told.items() if count)


def _add_queries(queries: IdIndex, rows: TableRows) -> None:
    known = len(queries)
    numbers = queries.add(rows["id"].as_strings())
    for row in np.flatnonzero(numbers != known + np.arange(len(rows)))[:1]:
        query = queries.texts()[numbers[row]]
        rows.reject(row, f"the query {quote(query)} stands there a second time; remove one of the rows")


def _usage(rows: TableRows) -> np.ndarray:
    if "Usage" not in rows:
        return np.full(len(rows), "Private", object)
    words = rows["Usage"].as_strings()
    numbers = IdIndex.from_texts(USAGES).find(words)
    for row in np.flatnonzero(numbers < 0)[:1]:
        rows.reject(row, f"Usage is {quote(words.texts()[row])}; it must be Public, Private or Ignored")
    return np.asarray(np.array(USAGES, object)[numbers])


def _told(
    column: TextColumn, counts: np.ndarray, task: Task, notes: GroundTruthNotes
) -> tuple[StringColumn, np.ndarray]:
    """Return the different entries of the rows that count, and how many each row has `(rows,)`.

    Blanks split them as the official reader does.
    """
    nothing = column.as_strings().lengths == 0
    if task == "retrieval":
        notes.empty += int((nothing & counts).sum())
    told = TextColumn(column.words, column.begins, np.where(counts, column.stops, column.begins)).compact()
    wanted, repeated = np.ones(len(told.words), bool), told.repeated_words()
    if task == "recognition":
        wanted = told.words.lengths > 0
    notes.repeats += int((repeated & wanted).sum())
    wanted &= ~repeated
    kept = np.r_[0, np.cumsum(wanted)]
    return told.words[wanted], kept[told.stops] - kept[told.begins]


def _images(images: IdIndex, words: StringColumn) -> np.ndarray:
    empty = words.lengths == 0
    if not empty.any():
        return images.add(words)
    numbers = np.full(len(words), UNLISTABLE, np.int32)
    numbers[~empty] = images.add(words[~empty])
    return numbers


def _landmarks(rows: TableRows, words: StringColumn, counts: np.ndarray) -> np.ndarray:
    texts = words.texts()
    landmarks = parse_whole_numbers(texts)
    if landmarks is None:
        wrong = next(place for place, text in enumerate(texts) if parse_whole_numbers([text]) is None)
        row = int(np.searchsorted(np.cumsum(counts), wrong, side="right"))
        rows.reject(row, "landmarks must be whole numbers of at most 18 digits, separated by single blanks")
    return landmarks
