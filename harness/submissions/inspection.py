"""Read a submission file once, and find everything that is wrong with it on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.data.blocks import Block, Column
from harness.data.rows import not_utf_8, open_blocks
from harness.data.tables import shown
from harness.data.words import Words
from harness.submissions import kinds
from harness.submissions.known import Known
from harness.submissions.numbers import parsed
from harness.submissions.report import Kind, Report
from harness.submissions.submission import LENGTH
from metrics import Task


class Inspection:
    """The report on a file and the answers in it, those that the reference scorer would look at.

    `positions` `(queries, 100)` holds the numbers of the listed images, -1 behind the last, and another negative number
    for what is no known image. `landmarks` and `confidences` are `(queries,)`; a confidence is NaN for no answer.
    """

    def __init__(self, path: Path, known: Known, *, new: bool = False) -> None:
        self.report, self.known, self._new = Report(path), known, new
        n_queries = len(known.queries)
        self._rows_of = np.zeros(n_queries, np.int64)  # rows of each query, empty ones too
        self._answered = np.zeros(n_queries, bool)
        self._own = known.images.find(known.queries.words())
        self.positions = np.full((n_queries, LENGTH), -1, np.int32)
        self.landmarks, self.confidences = np.zeros(n_queries, np.int64), np.full(n_queries, np.nan)

    def take(self, task: Task, blocks: Iterator[Block]) -> None:
        """Take in the rows below the first line."""
        add = self._take_ranking if task == "retrieval" else self._take_labelling
        for block in blocks:
            self.report.rows += len(block)
            sound = self._sound(block)
            ids, answers = sound.column(0).whole(), sound.column(1)
            queries, empty = self.known.queries.find(ids), answers.whole().lengths == 0
            looked_at = self._look(sound, ids, queries, empty)
            add(sound.lines, _without_last_blank(answers), queries, looked_at, empty)
        missing = np.flatnonzero(self._rows_of[: self.known.n_asked] == 0)
        if len(missing):
            example = self.known.queries.words()[missing[:1]].texts()[0]
            self.report.note(kinds.MISSING_QUERY, len(missing), column=1, example=example)
        self.report.answered = int(self._answered.sum())

    def _sound(self, block: Block) -> Block:
        """Return the rows that have two cells of text."""
        wrong, no_text = block.widths != 2, not_utf_8(block)
        if len(no_text):
            self._refuse(block.lines[no_text[0]], "is not UTF-8; save the table as CSV in UTF-8")
            self.report.note(kinds.ENCODING, len(no_text), block.lines[no_text[0]])
            wrong[no_text] = False
        if wrong.any():
            row = int(wrong.argmax())
            self._refuse(block.lines[row], f"the number of cells is {block.widths[row]}, and it must be 2")
            self._note(kinds.CELLS, block.lines, wrong, int(block.widths[row]), block.whole())
        wrong[no_text] = True
        return block.only(~wrong) if wrong.any() else block

    def _look(self, block: Block, ids: Words, queries: np.ndarray, empty: np.ndarray) -> np.ndarray:
        """Return the rows `(n,)` that the reference scorer looks at, and note what is wrong with their ids."""
        unknown = queries < 0
        self._note(kinds.UNKNOWN_QUERY, block.lines, unknown, 1, ids)
        self._refuse_first(
            unknown & ~empty, block.lines, ids, "is no query of this competition; the queries are in test.csv"
        )
        known = np.flatnonzero(~unknown)
        self._note(kinds.REPEATED_QUERY, block.lines, _again(queries, ~unknown, self._rows_of > 0), 1, ids)
        np.add.at(self._rows_of, queries[known], 1)
        looked_at = ~unknown & ~empty
        if len(self.known.skipped):
            looked_at &= ~self.known.skipped[queries]
        again = _again(queries, looked_at, self._answered)
        self._refuse_first(again, block.lines, ids, "is a query that is answered a second time; leave one answer")
        self._answered[queries[looked_at]] = True
        return looked_at

    def _take_ranking(
        self, lines: np.ndarray, answers: Column, queries: np.ndarray, looked_at: np.ndarray, empty: np.ndarray
    ) -> None:
        from harness.data.scanning import take_lists

        answers = answers.only(~empty)
        if self._new:
            answers = answers.packed()
        words, images = answers.words, self.known.images
        numbers = images.add(words) if self._new else images.find(words)
        room = np.zeros(2 << int(answers.counts.max(initial=0)).bit_length(), np.int64)
        found, where = np.zeros(len(LISTING), np.int64), np.zeros((len(LISTING), 2), np.int64)
        rows = np.where(looked_at, queries, -1)[~empty]
        own = np.where(queries < 0, -1, self._own[queries])[~empty]
        n_index = -1 if self.known.n_index is None else self.known.n_index
        take_lists(
            (words.eights, words.starts, words.ends), (answers.begins, answers.stops), numbers, rows, own,
            n_index, room, self.positions, found, where,
        )  # fmt: skip
        for kind, count, (row, entry) in zip(LISTING, found, where, strict=True):
            if count:
                word = answers.begins[row] + entry
                example = words[word : word + 1].texts()[0]
                self.report.note(kind, count, lines[~empty][row], 2, entry + 1, example)

    def _take_labelling(
        self, lines: np.ndarray, answers: Column, queries: np.ndarray, looked_at: np.ndarray, empty: np.ndarray
    ) -> None:
        found = parsed(answers, empty, self.known.landmarks)
        cells = answers.whole()
        for kind, rows in found.wrong.items():
            self._note(kind, lines, rows, 2, cells)
        unreadable = np.isnan(found.confidences)
        why = "is no answer; write the number of the landmark, one blank, and a finite confidence"
        self._refuse_first(looked_at & unreadable, lines, cells, why)
        taken = looked_at & ~unreadable
        self.landmarks[queries[taken]] = found.landmarks[taken]
        self.confidences[queries[taken]] = found.confidences[taken]

    def _note(self, kind: Kind, lines: np.ndarray, rows: np.ndarray, column: int, cells: Words) -> None:
        if rows.any():
            row = int(rows.argmax())
            self.report.note(kind, int(rows.sum()), lines[row], column, 0, cells[row : row + 1].texts()[0])

    def _refuse_first(self, rows: np.ndarray, lines: np.ndarray, cells: Words, why: str) -> None:
        if rows.any():
            row = int(rows.argmax())
            self._refuse(lines[row], f"{shown(cells[row : row + 1].texts()[0])} {why}")

    def _refuse(self, line: int, why: str) -> None:
        self.report.refusal = self.report.refusal or f"{self.report.path}, line {line}: {why}"


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


def _without_last_blank(answers: Column) -> Column:
    """Return the answers without the empty word behind one blank at the end."""
    spare = (answers.counts > 1) & (answers.words.lengths[answers.stops - 1] == 0)
    return Column(answers.words, answers.begins, answers.stops - spare)
