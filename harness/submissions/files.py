"""Submission files: `id,images` with index ids best first, or `id,landmarks` with a landmark and its confidence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.data.ground_truth import COLUMNS
from harness.data.tables import read_header, read_table, repeated_ids, shown
from harness.errors import SubmissionError
from harness.files import whole
from harness.submissions.submission import Answer, Labelling, Ranking

_LINES = 4096  # written at a time


def write_submission(answer: Answer, path: Path) -> None:
    """Write the answer as a submission file, whole or not at all."""
    rows = _ranking_rows(answer) if isinstance(answer, Ranking) else _labelling_rows(answer)
    ids = answer.query_ids
    try:
        with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"id,{COLUMNS[answer.task]}\n")
            for start in range(0, len(ids), _LINES):
                file.writelines(f"{query},{row}\n" for query, row in zip(ids[start : start + _LINES], rows, strict=False))
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written: {error.strerror}; nothing was left there") from None


def submission_task(path: Path) -> str:
    """Return the task that a submission file answers, from its header.

    Raises SubmissionError for any other header.
    """
    header = read_header(path)
    for task, column in COLUMNS.items():
        if header == ["id", column]:
            return task
    raise SubmissionError(
        f"{path}: the first line must be id,images (retrieval) or id,landmarks (recognition), not {shown(','.join(header))}"
    )


def read_submission(path: Path, query_ids: np.ndarray, skipped: frozenset[str] = frozenset()) -> Answer:
    """Return the answers in a file to the given queries, in their order, as the official reader understands them.

    Rows of `skipped` ids are not looked at. A row without an answer counts as no row. A repeated id in a ranking keeps
    its rank; a query without a row is not answered.

    Raises SubmissionError with the line of an unknown or repeated query, or of an answer that cannot be read.
    """
    task = submission_task(path)
    table = read_table(path, ["id", COLUMNS[task]])
    ids, cells = table["id"].to_numpy(object), table[COLUMNS[task]].to_numpy(object)
    lines = _answered_lines(ids, cells, skipped)
    place = _places(path, ids, lines, query_ids)
    if task == "retrieval":
        return _ranking(cells[lines], place, query_ids)
    return _labelling(path, cells, lines, place, query_ids)


def _answered_lines(ids: np.ndarray, cells: np.ndarray, skipped: frozenset[str]) -> np.ndarray:
    """Return the rows that say something about a query that counts."""
    keep = np.array([cell != "" for cell in cells], bool)
    if skipped:
        keep &= np.array([image_id not in skipped for image_id in ids], bool)
    return np.flatnonzero(keep)


def _places(path: Path, ids: np.ndarray, lines: np.ndarray, query_ids: np.ndarray) -> np.ndarray:
    """Return the place of each line's query among the queries."""
    import pandas as pd

    for number, image_id in repeated_ids(ids[lines]):
        raise SubmissionError(f"{path}, line {lines[number - 2] + 2}: the query {shown(image_id)} is answered a second time")
    place = pd.Index(query_ids).get_indexer(pd.Index(ids[lines], dtype=object))
    for row in np.flatnonzero(place < 0):
        raise SubmissionError(
            f"{path}, line {lines[row] + 2}: {shown(ids[lines[row]])} is no query of this competition (see test.csv)"
        )
    return np.asarray(place)


def _ranking(cells: np.ndarray, place: np.ndarray, query_ids: np.ndarray) -> Ranking:
    import pandas as pd

    lists = [_tokens(cell) for cell in cells]
    codes, vocabulary = pd.factorize(np.array([token for each in lists for token in each], object))
    lengths = np.array([len(each) for each in lists], int)
    positions = np.full((len(query_ids), lengths.max(initial=0)), -1, np.int32)
    column = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions[np.repeat(place, lengths), column] = codes
    return Ranking(query_ids, np.asarray(vocabulary, object), positions)


def _tokens(cell: str) -> list[str]:
    """Return the ids of a row, cut where no more count; one blank at the end is forgiven, any other is an empty id."""
    tokens = cell.split(" ")
    return (tokens[:-1] if tokens[-1] == "" else tokens)[:100]


def _labelling(
    path: Path, cells: np.ndarray, lines: np.ndarray, place: np.ndarray, query_ids: np.ndarray
) -> Labelling:
    landmarks = np.zeros(len(query_ids), np.int64)
    confidences = np.full(len(query_ids), np.nan)
    for line, query in zip(lines, place, strict=True):
        landmarks[query], confidences[query] = _labelled(path, line + 2, _tokens(cells[line]))
    return Labelling(query_ids, landmarks, confidences)


def _labelled(path: Path, line: int, tokens: list[str]) -> tuple[int, float]:
    try:
        label, confidence = tokens
        found = int(label), float(confidence)
    except ValueError:
        found = 0, math.nan
    if not math.isfinite(found[1]) or not -(2**63) <= found[0] < 2**63:
        raise SubmissionError(
            f"{path}, line {line}: {shown(' '.join(tokens))} is no answer; write the landmark's number, one blank, "
            "and a finite confidence"
        )
    return found


def _ranking_rows(ranking: Ranking) -> Iterator[str]:
    ids = ranking.index_ids
    return (" ".join(ids[row[row >= 0]]) for row in ranking.positions)


def _labelling_rows(labelling: Labelling) -> Iterator[str]:
    answers = zip(labelling.landmarks.tolist(), labelling.confidences.tolist(), strict=True)
    return ("" if math.isnan(confidence) else f"{landmark} {confidence!r}" for landmark, confidence in answers)
