"""Read the ground truth of a competition, which no solution may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.complete_ground_truth import Protocols, grade_columns, protocol_metrics, read_protocols
from harness.data.ground_truth_files import COLUMNS, USAGE, find_ground_truth
from harness.data.tables.blocks import TextColumn
from harness.data.tables.cells import parse_whole_numbers, quote
from harness.data.tables.csv_table import TableRows, read_rows
from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import StringColumn
from metrics import Metric, Task, metrics_of

UNLABELLED = ("", "None")  # landmark_id of a train image without landmark
USAGES = ("Public", "Private", "Ignored")
UNLISTABLE = -2  # number of an image without an id, which no answer can contain
_REPEATS = "repeated entries within rows were counted once"
_EMPTY = "scored queries have no relevant image and always score 0; mark them Ignored"


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """The relevant landmarks or images of each query: `relevant[offsets[i]:offsets[i + 1]]` for query i.

    Images are numbers in the index `images`; a negative number is an image that no answer can contain. `protocols` are
    those of a benchmark that asks for complete rankings (see `harness.data.complete_ground_truth`), None elsewhere.
    """

    task: Task
    query_ids: np.ndarray  # (n,) str
    usage: np.ndarray  # (n,) one of USAGES
    relevant: np.ndarray  # (total,) int64 landmarks, or int32 numbers of images
    offsets: np.ndarray  # (n + 1,)
    images: IdIndex = field(default_factory=IdIndex)
    notes: tuple[str, ...] = ()  # corrections made while reading
    protocols: Protocols | None = None

    @classmethod
    def from_lists(
        cls, task: Task, query_ids: np.ndarray, usage: np.ndarray, lists: Sequence[Sequence[Any]]
    ) -> GroundTruth:
        """Return the ground truth from a list of image ids or of landmarks for each query."""
        offsets, images = np.cumsum([0, *map(len, lists)]), IdIndex()
        tokens = [*chain.from_iterable(lists)]
        relevant = images.add(StringColumn.from_texts(tokens)) if task == "retrieval" else np.array(tokens, np.int64)
        return cls(task, query_ids, usage, relevant, offsets, images)

    def __len__(self) -> int:
        return len(self.query_ids)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Return the metrics that are reported; the first ranks leaderboards."""
        return metrics_of(self.task) if self.protocols is None else protocol_metrics(self.protocols)

    @property
    def scored(self) -> np.ndarray:
        """Return a mask `(n,)` of the queries that are scored."""
        return np.asarray(self.usage != "Ignored")

    @property
    def tokens(self) -> np.ndarray:
        """Return the relevant landmarks, or ids of images `(total,)`; empty for an image without id."""
        if self.task == "recognition":
            return self.relevant
        return np.asarray(np.append(self.images.texts(), "")[np.maximum(self.relevant, -1)])


def load_ground_truth(folder: Path, task: Task, images: IdIndex | None = None) -> GroundTruth | None:
    """Return the ground truth of a task, or None if the folder has none."""
    path = find_ground_truth(folder).get(task)
    return None if path is None else read_ground_truth(path, task, images)


def part_shares(folder: Path, task: Task) -> dict[str, float]:
    """Return the shares of public and private queries among the scored ones; empty unless there are both."""
    truth = load_ground_truth(folder, task)
    parts = ("public", "private")
    counts = {} if truth is None else {part: int((truth.usage == part.title()).sum()) for part in parts}
    return {part: count / sum(counts.values()) for part, count in counts.items()} if all(counts.values()) else {}


def read_ground_truth(path: Path, task: Task, images: IdIndex | None = None) -> GroundTruth:
    """Return the ground truth in a file, parsed as by the official reader. Without Usage all queries are Private.

    An empty retrieval row that is not ignored has one relevant image that no answer can contain. An empty landmark row
    is a query without landmark. Repeats within a row are dropped and noted; cells of ignored queries are not parsed.
    New images are added to `images`.

    Raises DataError for a repeated query, an unknown Usage, and landmarks that are not whole numbers.
    """
    images = IdIndex() if images is None else images
    if task == "retrieval" and grade_columns(path):
        return _read_complete(path, images)
    notes = dict.fromkeys((_REPEATS, _EMPTY), 0)
    queries, usages, relevant, counts = IdIndex(), [], [], []
    for rows in read_rows(path, ["id", COLUMNS[task]], optional=[USAGE], keep_quoted=True):
        _add_queries(queries, rows)
        usage = _parse_usage(rows)
        words, count = _parse_entries(rows[COLUMNS[task]], usage != "Ignored", task, notes)
        usages.append(usage)
        counts.append(count)
        relevant.append(_image_numbers(images, words) if task == "retrieval" else _parse_landmarks(rows, words, count))
    return GroundTruth(
        task,
        queries.texts(),
        np.concatenate([np.array([], object), *usages]),
        np.concatenate(relevant or [np.array([], np.int64)]),
        np.r_[0, np.cumsum(np.concatenate([np.array([], np.int64), *counts]))],
        images,
        tuple(f"{path.name}: {count} {what}" for what, count in notes.items() if count),
    )


def _read_complete(path: Path, images: IdIndex) -> GroundTruth:
    """Return a ground truth of complete rankings, with all images that are relevant in any protocol."""
    protocols = read_protocols(path, images)
    relevant = next(protocols[name][0] for name in ("medium", "all") if name in protocols)
    usages = [np.array([], object), *map(_parse_usage, read_rows(path, ["id"], optional=[USAGE]))]
    numbers = [sorted(each) for each in relevant.values()]
    return GroundTruth(
        "retrieval",
        np.array([*relevant], object),
        np.concatenate(usages),
        np.array([*chain.from_iterable(numbers)], np.int32),
        np.cumsum([0, *map(len, numbers)]),
        images,
        protocols=protocols,
    )


def _add_queries(queries: IdIndex, rows: TableRows) -> None:
    n_before = len(queries)
    numbers = queries.add(rows["id"].as_strings())
    for row in np.flatnonzero(numbers != n_before + np.arange(len(rows)))[:1]:
        query = queries.texts()[numbers[row]]
        rows.reject(row, f"the query {quote(query)} is repeated; remove one of the rows")


def _parse_usage(rows: TableRows) -> np.ndarray:
    if USAGE not in rows:
        return np.full(len(rows), "Private", object)
    words = rows[USAGE].as_strings()
    numbers = IdIndex.from_texts(USAGES).find(words)
    for row in np.flatnonzero(numbers < 0)[:1]:
        rows.reject(row, f"Usage is {quote(words.texts()[row])}; it must be Public, Private or Ignored")
    return np.asarray(np.array(USAGES, object)[numbers])


def _parse_entries(
    column: TextColumn, is_scored: np.ndarray, task: Task, notes: dict[str, int]
) -> tuple[StringColumn, np.ndarray]:
    """Return the distinct entries of the scored rows and their number in each row `(rows,)`.

    Entries are split at every single blank, as by the official reader.
    """
    is_empty = column.as_strings().lengths == 0
    if task == "retrieval":
        notes[_EMPTY] += int((is_empty & is_scored).sum())
    entries = TextColumn(column.words, column.begins, np.where(is_scored, column.stops, column.begins)).compact()
    is_counted, repeated = np.ones(len(entries.words), bool), entries.repeated_words()
    if task == "recognition":
        is_counted = entries.words.lengths > 0
    notes[_REPEATS] += int((repeated & is_counted).sum())
    is_counted &= ~repeated
    n_before = np.r_[0, np.cumsum(is_counted)]
    return entries.words[is_counted], n_before[entries.stops] - n_before[entries.begins]


def _image_numbers(images: IdIndex, words: StringColumn) -> np.ndarray:
    is_empty = words.lengths == 0
    if not is_empty.any():
        return images.add(words)
    numbers = np.full(len(words), UNLISTABLE, np.int32)
    numbers[~is_empty] = images.add(words[~is_empty])
    return numbers


def _parse_landmarks(rows: TableRows, words: StringColumn, counts: np.ndarray) -> np.ndarray:
    texts = words.texts()
    landmarks = parse_whole_numbers(texts)
    if landmarks is None:
        invalid = next(place for place, text in enumerate(texts) if parse_whole_numbers([text]) is None)
        row = int(np.searchsorted(np.cumsum(counts), invalid, side="right"))
        rows.reject(row, "landmarks must be whole numbers of at most 18 digits, separated by single blanks")
    return landmarks
