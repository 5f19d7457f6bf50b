"""Submission files: `id,images` with index ids best first, or `id,landmarks` with a landmark and its confidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from harness.atomic_files import whole
from harness.data.ground_truth import COLUMNS
from harness.data.tables.blocks import Block
from harness.data.tables.csv_table import shown
from harness.data.tables.id_index import Vocabulary
from harness.data.tables.rows import open_blocks
from harness.data.tables.string_column import listed
from harness.errors import DataError, SubmissionError
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.validation.columns import Layout
from harness.submissions.validation.inspection import Inspection
from harness.submissions.validation.reference_ids import Known
from harness.submissions.validation.report import Report
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
    """Return the task that a submission file answers, from its first line.

    Raises SubmissionError for any other first line.
    """
    return _opened(path)[0]


def read_submission(path: Path, query_ids: np.ndarray, skipped: Sequence[str] = ()) -> Answer:
    """Return the answers in a file to the given queries, in their order, as the official reader understands them.

    Rows of `skipped` ids are not looked at. A row without an answer counts as no row. A ranking is cut to the first
    hundred ids, where a repeated one keeps its rank; a query without a row is not answered. A confidence must be
    finite, and a landmark a number of 64 bits.

    Raises SubmissionError with the line of an unknown or repeated query, or of an answer that cannot be read.
    """
    known = Known(Vocabulary.of(skipped))
    places = known.look_only_at(query_ids)
    task, found = inspected(path, known, new=True)
    if found.report.refusal:
        raise SubmissionError(found.report.refusal)
    if task == "recognition":
        return Labelling(query_ids, found.landmarks[places], found.confidences[places])
    positions = found.positions[places]
    width = int((positions != -1).sum(axis=1).max(initial=0))
    return Ranking(query_ids, known.images.texts(), positions[:, :width])


def inspected(path: Path, known: Known, *, new: bool = False) -> tuple[Task, Inspection]:
    """Return the task of a file and what is in it; with `new`, images that are not known become known.

    Raises SubmissionError for what cannot be read to its end.
    """
    task, blocks = _opened(path)
    found = Inspection(Report(path), known, new=new)
    with _refused_as_submission():
        found.take(Layout(task), blocks)
    return task, found


def _opened(path: Path) -> tuple[Task, Iterator[Block]]:
    with _refused_as_submission():
        header, blocks = open_blocks(path)
    for task, column in COLUMNS.items():
        if header == ["id", column]:
            return task, blocks
    raise SubmissionError(
        f"{path}: the first line must be id,images (retrieval) or id,landmarks (recognition), "
        f"not {shown(','.join(header))}"
    )


def _labelling_rows(labelling: Labelling) -> Iterator[str]:
    for landmark, confidence in zip(labelling.landmarks.tolist(), labelling.confidences.tolist(), strict=True):
        yield "" if math.isnan(confidence) else f"{landmark} {confidence!r}"


@contextmanager
def _refused_as_submission() -> Iterator[None]:
    """Raise SubmissionError for what is wrong with the file as a table."""
    try:
        yield
    except DataError as error:
        raise SubmissionError(str(error)) from None
