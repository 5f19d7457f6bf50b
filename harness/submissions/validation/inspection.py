"""Read the rows of a submission file once: collect the answers and note every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.data.tables.blocks import TableBlock, TextColumn, invalid_utf8_rows
from harness.data.tables.cells import quote
from harness.data.tables.hash_key import HASH_KEY
from harness.data.tables.string_column import StringColumn
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.completeness import count_entries
from harness.submissions.validation.fault_kinds import FaultKind
from harness.submissions.validation.parse_labels import parse_labels
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import SubmissionColumns, ValidationReport


@dataclass(frozen=True, eq=False)
class _AnswerRows:
    """Well-formed rows: line numbers, ids, answers, the number of each query (-1: unknown), and which are empty."""

    lines: np.ndarray
    ids: StringColumn
    answers: TextColumn
    queries: np.ndarray
    is_empty: np.ndarray


class Inspection:
    """The report on a file, and the answers that the reference scorer would use.

    `positions` is `(n_queries, list_length)`: numbers of the listed images; -1 pads, less is an unknown image.
    `landmarks` and `confidences` are `(n_queries,)`; a NaN confidence means no answer. `add_images` numbers new images.
    """

    def __init__(self, report: ValidationReport, reference: ReferenceIds, *, add_images: bool = False) -> None:
        self.report, self.reference, self._add_images = report, reference, add_images
        self._scorer_error_line: int | None = None
        n_queries = len(reference.queries)
        self._row_counts = np.zeros(n_queries, np.int64)  # rows of each query, including empty ones
        self._is_answered = np.zeros(n_queries, bool)
        self.positions = np.zeros((0, reference.list_length), np.int32)
        self.landmarks, self.confidences = np.zeros(n_queries, np.int64), np.full(n_queries, np.nan)

    def read_rows(self, columns: SubmissionColumns, blocks: Iterator[TableBlock]) -> None:
        """Read the rows below the header."""
        read = self._read_labels
        if columns.task == "retrieval":
            read = self._read_rankings
            self.positions = np.full((len(self.reference.queries), self.reference.list_length), -1, np.int32)
        self._query_column, self._answer_column = columns.query + 1, columns.answer + 1
        for block in blocks:
            self.report.n_rows += len(block)
            complete = self._well_formed(block, columns.width)
            ids, answers = complete.column(columns.query).as_strings(), complete.column(columns.answer)
            is_empty = answers.as_strings().lengths == 0
            rows = _AnswerRows(complete.lines, ids, strip_trailing_blank(answers), self._query_numbers(ids), is_empty)
            read(rows, self._check_queries(rows))
        missing = np.flatnonzero(self._row_counts[: self.reference.n_required] == 0)
        if len(missing):
            example = self.reference.queries.strings()[missing[:1]].texts()[0]
            self.report.note(kinds.MISSING_QUERY, len(missing), example=example)
        self.report.n_answered = int(self._is_answered.sum())

    def _well_formed(self, block: TableBlock, width: int) -> TableBlock:
        """Return the rows in UTF-8 with `width` cells; note the others."""
        malformed, not_utf8 = block.widths != width, invalid_utf8_rows(block)
        if len(not_utf8):
            self._note_scorer_error(block.lines[not_utf8[0]], "not UTF-8; save the table as CSV in UTF-8")
            example = block.select(not_utf8[:1]).row_strings().texts()[0]
            self.report.note(kinds.ENCODING, len(not_utf8), block.lines[not_utf8[0]], example=example)
            malformed[not_utf8] = False
        if malformed.any():
            row = int(malformed.argmax())
            self._note_scorer_error(block.lines[row], f"{block.widths[row]} cells instead of {width}")
            column = min(int(block.widths[row]), width) + 1
            self._note(kinds.CELLS, block.lines, malformed, column, block.row_strings())
        malformed[not_utf8] = True
        return block.select(~malformed) if malformed.any() else block

    def _query_numbers(self, ids: StringColumn) -> np.ndarray:
        """Return the number of each query, -1 if unknown; without test.csv new ids become queries."""
        if not self.reference.accepts_any_query:
            return self.reference.queries.find(ids)
        numbers = self.reference.queries.add(ids)
        added = max(0, len(self.reference.queries) - len(self._row_counts))
        arrays = self._row_counts, self._is_answered, self.landmarks
        self._row_counts, self._is_answered, self.landmarks = (np.pad(array, (0, added)) for array in arrays)
        self.confidences = np.pad(self.confidences, (0, added), constant_values=np.nan)
        return numbers

    def _check_queries(self, rows: _AnswerRows) -> np.ndarray:
        """Note faulty query ids; return a mask of the rows `(n,)` that the reference scorer reads."""
        lines, ids, queries, column = rows.lines, rows.ids, rows.queries, self._query_column
        unknown = queries < 0
        self._note(kinds.UNKNOWN_QUERY, lines, unknown, column, ids)
        why = "is not a query of this competition (see test.csv)"
        self._note_first_error(unknown & ~rows.is_empty, lines, ids, why)
        self._note(kinds.REPEATED_QUERY, lines, _is_repeated(queries, ~unknown, self._row_counts > 0), column, ids)
        np.add.at(self._row_counts, queries[~unknown], 1)
        is_read = np.asarray(~unknown & ~rows.is_empty)
        if len(self.reference.is_ignored):
            is_read &= ~self.reference.is_ignored[queries]
        repeated = _is_repeated(queries, is_read, self._is_answered)
        self._note_first_error(repeated, lines, ids, "is answered twice; keep one answer")
        self._is_answered[queries[is_read]] = True
        return is_read

    def _read_rankings(self, rows: _AnswerRows, is_read: np.ndarray) -> None:
        from harness.data.tables.kernels import validate_lists

        answers = rows.answers.select(~rows.is_empty)
        if self._add_images or self.reference.ranks_whole_index:
            answers = answers.compact()
        words, images = answers.words, self.reference.images
        numbers = images.add(words) if self._add_images else images.find(words)
        scratch = np.zeros(2 << int(answers.word_counts.max(initial=0)).bit_length(), np.int64)
        counts, first = np.zeros(len(LISTING_FAULTS), np.int64), np.zeros((len(LISTING_FAULTS), 2), np.int64)
        targets = np.where(is_read & (rows.queries < len(self.positions)), rows.queries, -1)[~rows.is_empty]
        own = np.where(rows.queries < 0, -1, images.find(rows.ids))[~rows.is_empty]
        n_index = -1 if self.reference.n_index is None else self.reference.n_index
        validate_lists(
            (words.unaligned_u64, words.starts, words.ends), (answers.begins, answers.stops), numbers, targets, own,
            n_index, scratch, self.positions, counts, first, HASH_KEY,
        )  # fmt: skip
        listing_faults: tuple[FaultKind | None, ...] = LISTING_FAULTS
        if self.reference.ranks_whole_index:
            self._note_incomplete(rows, answers, numbers, own)
            listing_faults = COMPLETE_LISTING_FAULTS
        for kind, count, (row, entry) in zip(listing_faults, counts, first, strict=True):
            if count and kind is not None:
                position = answers.begins[row] + entry
                example = words[position : position + 1].texts()[0]
                self.report.note(kind, count, rows.lines[~rows.is_empty][row], self._answer_column, entry + 1, example)

    def _note_incomplete(self, rows: _AnswerRows, answers: TextColumn, numbers: np.ndarray, own: np.ndarray) -> None:
        """Note the answered rows whose ranking is no permutation of the index."""
        if self.reference.n_index is None:
            return
        counts = count_entries(answers, numbers, own, self.reference.n_index)
        lines, ids = rows.lines[~rows.is_empty], rows.ids[~rows.is_empty]
        lacking = np.flatnonzero(counts.missing)
        if len(lacking):
            example = f"{ids[lacking[:1]].texts()[0]} {counts.describe(int(lacking[0]))}"
            self.report.note(kinds.CUT, len(lacking), lines[lacking[0]], self._answer_column, 0, example)
        faulty = np.flatnonzero(counts.missing + counts.unknown + counts.repeated)
        if len(faulty):
            text = f"{quote(ids[faulty[:1]].texts()[0])} {counts.describe(int(faulty[0]))}"
            self._note_scorer_error(lines[faulty[0]], f"{text}; {kinds.CUT.remedy}")

    def _read_labels(self, rows: _AnswerRows, is_read: np.ndarray) -> None:
        labels = parse_labels(rows.answers, rows.is_empty, self.reference.landmarks)
        cells = rows.answers.as_strings()
        for kind, is_faulty in labels.fault_rows.items():
            self._note(kind, rows.lines, is_faulty, self._answer_column, cells)
        unreadable = np.isnan(labels.confidences)
        why = "is not an answer; write the number of the landmark, one blank, and a finite confidence"
        self._note_first_error(is_read & unreadable, rows.lines, cells, why)
        used = is_read & ~unreadable
        self.landmarks[rows.queries[used]] = labels.landmarks[used]
        self.confidences[rows.queries[used]] = labels.confidences[used]

    def _note(self, kind: FaultKind, lines: np.ndarray, rows: np.ndarray, column: int, cells: StringColumn) -> None:
        if rows.any():
            row = int(rows.argmax())
            self.report.note(kind, int(rows.sum()), lines[row], column, 0, cells[row : row + 1].texts()[0])

    def _note_first_error(self, rows: np.ndarray, lines: np.ndarray, cells: StringColumn, why: str) -> None:
        if rows.any():
            row = int(rows.argmax())
            self._note_scorer_error(lines[row], f"{quote(cells[row : row + 1].texts()[0])} {why}")

    def _note_scorer_error(self, line: int, why: str) -> None:
        if self._scorer_error_line is None or line < self._scorer_error_line:
            self._scorer_error_line = line
            self.report.scorer_error = f"{self.report.path}, line {line}: {why}"


def _is_repeated(queries: np.ndarray, rows: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return a mask of `rows` `(n,)` whose query has an earlier row, here or in an earlier block (`before`)."""
    repeated = np.zeros(len(queries), bool)
    positions = np.flatnonzero(rows)
    first = np.zeros(len(positions), bool)
    first[np.unique(queries[positions], return_index=True)[1]] = True
    repeated[positions] = ~first | before[queries[positions]]
    return repeated


# in the order of `validate_lists`
LISTING_FAULTS = kinds.TOO_LONG, kinds.DOUBLE_BLANK, kinds.UNKNOWN_IMAGE, kinds.OWN_IMAGE, kinds.REPEATED_IMAGE
COMPLETE_LISTING_FAULTS = None, kinds.DOUBLE_BLANK, kinds.UNKNOWN_IN_COMPLETE, None, kinds.REPEATED_IN_COMPLETE


def strip_trailing_blank(answers: TextColumn) -> TextColumn:
    """Return the answers without the empty last word of cells that end in a blank."""
    has_trailing_blank = (answers.word_counts > 1) & (answers.words.lengths[answers.stops - 1] == 0)
    return TextColumn(answers.words, answers.begins, answers.stops - has_trailing_blank)
