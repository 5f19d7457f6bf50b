"""Read and write submission files: `id,images`, or `id,landmarks` with a landmark and its confidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from harness.atomic_files import atomic_path
from harness.data.ground_truth_files import COLUMNS
from harness.data.tables.blocks import TableBlock
from harness.data.tables.cells import quote
from harness.data.tables.csv_table import open_blocks
from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import join_ids
from harness.errors import DataError, SubmissionError
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.list_length import MAX_SCORED_IDS
from harness.submissions.validation.inspection import Inspection
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import SubmissionColumns, ValidationReport
from metrics import Task


def write_submission(answer: Answer, path: Path) -> None:
    """Write the answer as a submission file, atomically; SubmissionError if it cannot be written."""
    rows = join_ids(answer.positions, answer.index_ids) if isinstance(answer, Ranking) else _labelling_rows(answer)
    try:
        with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"id,{COLUMNS[answer.task]}\n")
            file.writelines(f"{query},{row}\n" for query, row in zip(answer.query_ids, rows, strict=True))
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written: {error.strerror}; no file was left there") from None


def submission_task(path: Path) -> Task:
    """Return the task named by the first line of a submission file; SubmissionError for any other first line."""
    return _open_submission(path)[0]


def read_submission(
    path: Path, query_ids: np.ndarray, ignored_ids: Sequence[str] = (), *, max_length: int = MAX_SCORED_IDS
) -> Answer:
    """Return the answers in a file to the given queries, in their order, read as the reference scorer reads them.

    Rows of `ignored_ids` and rows without an answer are skipped. A ranking is cut to its first `max_length` ids,
    including repeated ones. A confidence must be finite, and a landmark an int64.

    Raises SubmissionError with the line of an unknown or repeated query, or of an answer that cannot be read.
    """
    reference = ReferenceIds(IdIndex.from_texts(ignored_ids), max_length=max_length)
    numbers = reference.restrict_to(query_ids)
    task, inspection = inspect_file(path, reference, add_images=True)
    if inspection.report.scorer_error:
        raise SubmissionError(inspection.report.scorer_error)
    if task == "recognition":
        return Labelling(query_ids, inspection.landmarks[numbers], inspection.confidences[numbers])
    positions = inspection.positions[numbers]
    width = int((positions != -1).sum(axis=1).max(initial=0))
    return Ranking(query_ids, reference.images.texts(), positions[:, :width])


def inspect_file(path: Path, reference: ReferenceIds, *, add_images: bool = False) -> tuple[Task, Inspection]:
    """Return the task of a file and its inspection; with `add_images` unknown images are added to the reference ids.

    Raises SubmissionError for a file that cannot be read.
    """
    task, blocks = _open_submission(path)
    inspection = Inspection(ValidationReport(path), reference, add_images=add_images)
    with _data_errors_as_submission_errors():
        inspection.read_rows(SubmissionColumns(task), blocks)
    return task, inspection


def _open_submission(path: Path) -> tuple[Task, Iterator[TableBlock]]:
    with _data_errors_as_submission_errors():
        header, blocks = open_blocks(path)
    for task, column in COLUMNS.items():
        if header == ["id", column]:
            return task, blocks
    raise SubmissionError(
        f"{path}: the first line must be id,images (retrieval) or id,landmarks (recognition), "
        f"not {quote(','.join(header))}"
    )


def _labelling_rows(labelling: Labelling) -> Iterator[str]:
    for landmark, confidence in zip(labelling.landmarks.tolist(), labelling.confidences.tolist(), strict=True):
        yield "" if math.isnan(confidence) else f"{landmark} {confidence!r}"


@contextmanager
def _data_errors_as_submission_errors() -> Iterator[None]:
    """Raise DataError as SubmissionError."""
    try:
        yield
    except DataError as error:
        raise SubmissionError(str(error)) from None
