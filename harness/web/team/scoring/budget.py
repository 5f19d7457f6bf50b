"""How much of an uploaded file is read: rows, bytes of a row and bytes in all, by what the competition asks for.

Scoring takes time and memory in proportion to them, so a small archive cannot occupy a worker for minutes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from harness.data.ground_truth_files import find_ground_truth
from harness.data.tables.block_reader import NEWLINE, RETURN
from harness.data.tables.compressed import open_decompressed
from harness.data.tables.csv_table import read_id_index
from harness.data.tables.ids import MAX_LENGTH
from harness.errors import DataError, SubmissionError
from harness.submissions.validation.reference_ids import ReferenceIds
from metrics import Task

_BLOCK = 1 << 18  # bytes
_TIMES_ROWS, _MORE_ROWS = 4, 1_000  # rows for each query, and others
_TIMES_IDS, _MORE_IDS = 10, 1_000  # ids for each that counts, and others
_NUMBER_BYTES = 24  # of a landmark, and of a confidence
_HEADER_BYTES = 1_000
_CPU_S, _CPU_S_PER_MB = 120, 1  # of the file as it was uploaded


@dataclass(frozen=True)
class UploadBudget:
    """The most rows, bytes of a row, and bytes of a decompressed file that are read."""

    rows: int
    row_bytes: int
    file_bytes: int

    @classmethod
    def of(cls, folder: Path, task: Task, limit: int) -> UploadBudget:
        """Return the budget for a task of a competition; no file may exceed `limit` bytes. Raises DataError."""
        truth = find_ground_truth(folder).get(task)
        if truth is None:
            raise DataError(f"{folder}: holds no ground truth for {task}, so nothing can be scored there")
        tables = [path for path in (folder / "test.csv", folder / "index.csv", truth) if path.exists()]
        return _budget(folder, task, limit, truth, tuple(os.stat(path).st_mtime_ns for path in tables))

    def require(self, file: Path) -> None:
        """Raise SubmissionError for a file that exceeds the budget, or that cannot be decompressed."""
        scan = _Scan(self, file)
        try:
            with open_decompressed(file) as stream:
                while block := stream.read(_BLOCK):
                    scan.add(block)
        except DataError as error:
            raise SubmissionError(str(error)) from None


def cpu_seconds(file: Path) -> float:
    """Return the processor time in which a file must be scored."""
    return _CPU_S + _CPU_S_PER_MB * os.stat(file).st_size / 1e6


@lru_cache(maxsize=64)
def _budget(folder: Path, task: Task, limit: int, truth: Path, _changed: tuple[int, ...]) -> UploadBudget:
    reference = ReferenceIds.from_folder(folder, task)
    n_queries = reference.n_required or len(read_id_index(truth, "id"))
    longest = [int(ids.strings().lengths.max(initial=0)) for ids in (reference.queries, reference.images)]
    query, word = (length or MAX_LENGTH for length in longest)
    n_words = _TIMES_IDS * reference.list_length
    if task == "recognition":
        n_words, word = 2 * _TIMES_IDS, _NUMBER_BYTES
    row_bytes, most_bytes = query + (n_words + _MORE_IDS) * (word + 1), n_queries * (query + n_words * (word + 1))
    return UploadBudget(_MORE_ROWS + _TIMES_ROWS * n_queries, row_bytes, min(limit, most_bytes + 10**6))


@dataclass
class _Scan:
    """Counts the lines of a file, and the bytes of the last one, as the file is read."""

    budget: UploadBudget
    file: Path
    n_bytes: int = 0
    breaks: int = 0
    returns: int = 0
    open_bytes: int = 0

    def add(self, block: bytes) -> None:
        """Count the next bytes. Raises SubmissionError at the first that exceed the budget."""
        letters = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero((letters == NEWLINE) | (letters == RETURN))
        lengths = np.diff(ends, prepend=-1 - self.open_bytes, append=len(block)) - 1
        self._require_short(lengths)
        self.n_bytes, self.open_bytes = self.n_bytes + len(block), int(lengths[-1])
        self.breaks += len(ends)
        self.returns += block.count(b"\r\n")
        if self.n_bytes > self.budget.file_bytes:
            raise self._too_large(f"it has more than {self.budget.file_bytes / 1e6:.3g} MB when decompressed")
        if self.breaks - self.returns > self.budget.rows:
            raise self._too_large(f"it has more than {self.budget.rows} lines; write one for each query")

    def _require_short(self, lengths: np.ndarray) -> None:
        if not self.breaks and lengths[0] > _HEADER_BYTES:
            raise self._too_large(f"its first line has more than {_HEADER_BYTES} bytes; it names two columns")
        too_long = np.flatnonzero(lengths > self.budget.row_bytes)
        if len(too_long):
            line = 1 + self.breaks - self.returns + int(too_long[0])
            raise self._too_large(f"line {line} has more than {self.budget.row_bytes / 1e3:.3g} kB")

    def _too_large(self, what: str) -> SubmissionError:
        return SubmissionError(f"{self.file}: is too large for this competition: {what}")
