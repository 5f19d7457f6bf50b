"""Read a submission file once, and find everything that is wrong with it on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.data.tables.blocks import Block, Column
from harness.data.tables.csv_table import shown
from harness.data.tables.rows import not_utf_8
from harness.data.tables.string_column import Words
from harness.submissions.answer import LENGTH
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.columns import Layout
from harness.submissions.validation.parse_labels import parsed
from harness.submissions.validation.reference_ids import Known
from harness.submissions.validation.report import Kind, Report


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of two cells: the ids, the number of the query of each, -1 for none, and the answers, which may be empty."""

    lines: np.ndarray
    ids: Words
    answers: Column
    queries: np.ndarray
    empty: np.ndarray


class Inspection:
    """The report on a file and the answers in it, those that the reference scorer would look at.

    `positions` `(queries, 100)` holds the numbers of the listed images, -1 behind the last, and another negative number
    for what is no known image. `landmarks` and `confidences` are `(queries,)`; a confidence is NaN for no answer.
    """

    def __init__(self, report: Report, known: Known, *, new: bool = False) -> None:
        self.report, self.known, self._new = report, known, new
        self._refused_at: int | None = None
        n_queries = len(known.queries)
        self._rows_of = np.zeros(n_queries, np.int64)  # rows of each query, empty ones too
        self._answered = np.zeros(n_queries, bool)
        self.positions = np.zeros((0, LENGTH), np.int32)
        self.landmarks, self.confidences = np.zeros(n_queries, np.int64), np.full(n_queries, np.nan)

    def take(self, layout: Layout, blocks: Iterator[Block]) -> None:
        """Take in the rows below the first line."""
        add = self._take_labelling
        if layout.task == "retrieval":
            add = self._take_ranking
            self.positions = np.full((len(self.known.queries), LENGTH), -1, np.int32)
        self._columns = layout.query + 1, layout.answer + 1
        for block in blocks:
            self.report.rows += len(block)
            sound = self._sound(block, layout.width)
            ids, answers = sound.column(layout.query).whole(), sound.column(layout.answer)
            empty = answers.whole().lengths == 0
            rows = _Rows(sound.lines, ids, without_last_blank(answers), self._numbered(ids), empty)
            add(rows, self._look(rows))
        missing = np.flatnonzero(self._rows_of[: self.known.n_asked] == 0)
        if len(missing):
            example = self.known.queries.words()[missing[:1]].texts()[0]
            self.report.note(kinds.MISSING_QUERY, len(missing), example=example)
        self.report.answered = int(self._answered.sum())

    def _sound(self, block: Block, width: int) -> Block:
        """Return the rows that have all cells, of text."""
        wrong, no_text = block.widths != width, not_utf_8(block)
        if len(no_text):
            self._refuse(block.lines[no_text[0]], "is not UTF-8; save the table as CSV in UTF-8")
            self.report.note(kinds.ENCODING, len(no_text), block.lines[no_text[0]], example=_first(block, no_text))
            wrong[no_text] = False
        if wrong.any():
            row = int(wrong.argmax())
            self._refuse(block.lines[row], f"the number of cells is {block.widths[row]}, and it must be {width}")
            column = min(int(block.widths[row]), width) + 1
            self._note(kinds.CELLS, block.lines, wrong, column, block.whole())
        wrong[no_text] = True
        return block.only(~wrong) if wrong.any() else block

    def _numbered(self, ids: Words) -> np.ndarray:
        """Return the number of each query; those that are new become known where nobody says what is asked."""
        if not self.known.any_query:
            return self.known.queries.find(ids)
        numbers = self.known.queries.add(ids)
        more = max(0, len(self.known.queries) - len(self._rows_of))
        self._rows_of, self._answered = (np.pad(each, (0, more)) for each in (self._rows_of, self._answered))
        self.landmarks = np.pad(self.landmarks, (0, more))
        self.confidences = np.pad(self.confidences, (0, more), constant_values=np.nan)
        return numbers

    def _look(self, rows: _Rows) -> np.ndarray:
        """Return the rows `(n,)` that the reference scorer looks at, and note what is wrong with their ids."""
        lines, ids, queries, column = rows.lines, rows.ids, rows.queries, self._columns[0]
        unknown = queries < 0
        self._note(kinds.UNKNOWN_QUERY, lines, unknown, column, ids)
        self._refuse_first(
            unknown & ~rows.empty, lines, ids, "is no query of this competition; the queries are in test.csv"
        )
        self._note(kinds.REPEATED_QUERY, lines, _again(queries, ~unknown, self._rows_of > 0), column, ids)
        np.add.at(self._rows_of, queries[~unknown], 1)
        looked_at = np.asarray(~unknown & ~rows.empty)
        if len(self.known.skipped):
            looked_at &= ~self.known.skipped[queries]
        again = _again(queries, looked_at, self._answered)
        self._refuse_first(again, lines, ids, "is a query that is answered a second time; leave one answer")
        self._answered[queries[looked_at]] = True
        return looked_at

    def _take_ranking(self, rows: _Rows, looked_at: np.ndarray) -> None:
        from harness.data.tables.kernels import take_lists

        answers = rows.answers.only(~rows.empty)
        if self._new:
            answers = answers.packed()
        words, images = answers.words, self.known.images
        numbers = images.add(words) if self._new else images.find(words)
        room = np.zeros(2 << int(answers.counts.max(initial=0)).bit_length(), np.int64)
        found, where = np.zeros(len(LISTING), np.int64), np.zeros((len(LISTING), 2), np.int64)
        kept = np.where(looked_at & (rows.queries < len(self.positions)), rows.queries, -1)[~rows.empty]
        own = np.where(rows.queries < 0, -1, images.find(rows.ids))[~rows.empty]
        n_index = -1 if self.known.n_index is None else self.known.n_index
        take_lists(
            (words.eights, words.starts, words.ends), (answers.begins, answers.stops), numbers, kept, own,
            n_index, room, self.positions, found, where,
        )  # fmt: skip
        for kind, count, (row, entry) in zip(LISTING, found, where, strict=True):
            if count:
                word = answers.begins[row] + entry
                example = words[word : word + 1].texts()[0]
                self.report.note(kind, count, rows.lines[~rows.empty][row], self._columns[1], entry + 1, example)

    def _take_labelling(self, rows: _Rows, looked_at: np.ndarray) -> None:
        found = parsed(rows.answers, rows.empty, self.known.landmarks)
        cells = rows.answers.whole()
        for kind, wrong in found.wrong.items():
            self._note(kind, rows.lines, wrong, self._columns[1], cells)
        unreadable = np.isnan(found.confidences)
        why = "is no answer; write the number of the landmark, one blank, and a finite confidence"
        self._refuse_first(looked_at & unreadable, rows.lines, cells, why)
        taken = looked_at & ~unreadable
        self.landmarks[rows.queries[taken]] = found.landmarks[taken]
        self.confidences[rows.queries[taken]] = found.confidences[taken]

    def _note(self, kind: Kind, lines: np.ndarray, rows: np.ndarray, column: int, cells: Words) -> None:
        if rows.any():
            row = int(rows.argmax())
            self.report.note(kind, int(rows.sum()), lines[row], column, 0, cells[row : row + 1].texts()[0])

    def _refuse_first(self, rows: np.ndarray, lines: np.ndarray, cells: Words, why: str) -> None:
        if rows.any():
            row = int(rows.argmax())
            self._refuse(lines[row], f"{shown(cells[row : row + 1].texts()[0])} {why}")

    def _refuse(self, line: int, why: str) -> None:
        if self._refused_at is None or line < self._refused_at:
            self._refused_at = line
            self.report.refusal = f"{self.report.path}, line {line}: {why}"


def _first(block: Block, rows: np.ndarray) -> str:
    return block.only(rows[:1]).whole().texts()[0]


def _again(queries: np.ndarray, rows: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return which of the rows `(n,)` have the query of an earlier one, or one that was there before."""
    again = np.zeros(len(queries), bool)
    places = np.flatnonzero(rows)
    first = np.zeros(len(places), bool)
    first[np.unique(queries[places], return_index=True)[1]] = True
    again[places] = ~first | before[queries[places]]
    return again


LISTING = (
    kinds.TOO_LONG,
    kinds.DOUBLE_BLANK,
    kinds.UNKNOWN_IMAGE,
    kinds.OWN_IMAGE,
    kinds.REPEATED_IMAGE,
)  # in the order of `take_lists`


def without_last_blank(answers: Column) -> Column:
    """Return the answers without the empty word behind one blank at the end."""
    spare = (answers.counts > 1) & (answers.words.lengths[answers.stops - 1] == 0)
    return Column(answers.words, answers.begins, answers.stops - spare)
