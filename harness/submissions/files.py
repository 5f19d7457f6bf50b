"""Submission files: `id,images` with index ids best first, or `id,landmarks` with a landmark and its confidence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np

from harness.data.ground_truth import COLUMNS
from harness.data.tables import line_of, read_blocks, read_header, shown
from harness.data.words import listed, numbered
from harness.errors import DataError, SubmissionError
from harness.files import whole
from harness.submissions.submission import LENGTH, Answer, Labelling, Ranking
from metrics import Task


def write_submission(answer: Answer, path: Path) -> None:
    """Write the answer as a submission file, whole or not at all.

    Raises SubmissionError where it cannot be written.
    """
    rows = listed(answer.positions, answer.index_ids) if isinstance(answer, Ranking) else _labelling_rows(answer)
    try:
        with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"id,{COLUMNS[answer.task]}\n")
            file.writelines(f"{query},{row}\n" for query, row in zip(answer.query_ids, rows, strict=True))
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written: {error.strerror}; nothing was left there") from None


def submission_task(path: Path) -> Task:
    """Return the task that a submission file answers, from its header.

    Raises SubmissionError for any other header.
    """
    with _refused_as_submission():
        header = read_header(path)
    for task, column in COLUMNS.items():
        if header == ["id", column]:
            return task
    raise SubmissionError(
        f"{path}: the first line must be id,images (retrieval) or id,landmarks (recognition), "
        f"not {shown(','.join(header))}"
    )


def read_submission(path: Path, query_ids: np.ndarray, skipped: frozenset[str] = frozenset()) -> Answer:
    """Return the answers in a file to the given queries, in their order, as the official reader understands them.

    Rows of `skipped` ids are not looked at. A row without an answer counts as no row. A ranking is cut to the first
    hundred ids, where a repeated one keeps its rank; a query without a row is not answered. A confidence must be
    finite, and a landmark a number of 64 bits.

    Raises SubmissionError with the line of an unknown or repeated query, or of an answer that cannot be read.
    """
    task = submission_task(path)
    with _refused_as_submission():
        cells = _cells(path, task, query_ids, skipped)
        return _ranking(cells, query_ids) if task == "retrieval" else _labelling(path, cells, query_ids)


Cell = tuple[int, int, str]  # row of the table, place of the query, answer


def _cells(path: Path, task: Task, query_ids: np.ndarray, skipped: frozenset[str]) -> Iterator[Cell]:
    """Yield the answers to queries that count."""
    place = {query: number for number, query in enumerate(query_ids)}
    seen: set[str] = set()
    first = 0
    for queries, answers in read_blocks(path, ["id", COLUMNS[task]]):
        for row, (query, answer) in enumerate(zip(queries, answers, strict=True), first):
            if query in skipped:
                continue
            if query in seen:
                _refuse(path, row, f"the query {shown(query)} is answered a second time; leave one answer")
            if not answer:
                continue
            if query not in place:
                _refuse(path, row, f"{shown(query)} is no query of this competition; the queries are in test.csv")
            seen.add(query)
            yield row, place[query], answer
        first += len(queries)


def _ranking(cells: Iterator[Cell], query_ids: np.ndarray) -> Ranking:
    rows: list[str | None] = [None] * len(query_ids)
    for _, place, cell in cells:
        rows[place] = _first(cell)
    numbers, index_ids = numbered([row for row in rows if row is not None])
    lengths = np.array([0 if row is None else row.count(" ") + 1 for row in rows], int)
    positions = np.full((len(query_ids), lengths.max(initial=0)), -1, np.int32)
    positions[np.arange(positions.shape[1]) < lengths[:, None]] = numbers
    return Ranking(query_ids, index_ids, positions)


def _first(cell: str) -> str:
    """Return the ids of a ranking that count; one blank at the end is forgiven."""
    cell = cell.removesuffix(" ")
    return cell if cell.count(" ") < LENGTH else " ".join(cell.split(" ", LENGTH)[:LENGTH])


def _labelling(path: Path, cells: Iterator[Cell], query_ids: np.ndarray) -> Labelling:
    landmarks = np.zeros(len(query_ids), np.int64)
    confidences = np.full(len(query_ids), np.nan)
    for row, place, cell in cells:
        landmark, confidence = _labelled(cell)
        if not math.isfinite(confidence):
            why = "is no answer; write the number of the landmark, one blank, and a finite confidence"
            _refuse(path, row, f"{shown(cell)} {why}")
        landmarks[place], confidences[place] = landmark, confidence
    return Labelling(query_ids, landmarks, confidences)


def _labelled(cell: str) -> tuple[int, float]:
    """Return landmark and confidence, which is NaN where the cell is no answer."""
    try:
        landmark, confidence = cell.removesuffix(" ").split(" ")
        number = int(landmark)
        return (number, float(confidence)) if -(2**63) <= number < 2**63 else (0, math.nan)
    except ValueError:
        return 0, math.nan


def _labelling_rows(labelling: Labelling) -> Iterator[str]:
    for landmark, confidence in zip(labelling.landmarks.tolist(), labelling.confidences.tolist(), strict=True):
        yield "" if math.isnan(confidence) else f"{landmark} {confidence!r}"


def _refuse(path: Path, row: int, why: str) -> NoReturn:
    raise SubmissionError(f"{path}, line {line_of(path, row)}: {why}")


@contextmanager
def _refused_as_submission() -> Iterator[None]:
    """Raise SubmissionError for what is wrong with the file as a table."""
    try:
        yield
    except DataError as error:
        raise SubmissionError(str(error)) from None
