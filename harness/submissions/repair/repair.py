"""Write a repaired copy of a submission file, wherever it is clear what was meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from harness.atomic_files import whole
from harness.data.ground_truth import COLUMNS
from harness.data.tables.blocks import Block
from harness.data.tables.rows import not_utf_8
from harness.data.tables.string_column import Words
from harness.errors import SubmissionError
from harness.submissions.repair.fixes import mended_labels, mended_lists
from harness.submissions.repair.summary import Repair
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.columns import Layout, laid_out
from harness.submissions.validation.formatting import dress_of
from harness.submissions.validation.reference_ids import Known
from harness.submissions.validation.report import Report
from harness.submissions.validation.validate import inspected, known_of
from metrics import Task

_PACKED = (".gz", ".zip")


class _Row(NamedTuple):
    """A row to write: the number of its query, -1 for one of no known query, and its text; no answer where it is left.

    A row that cannot be repaired is left as it is but for blanks at its end.
    """

    query: int
    text: str
    answer: str | None


def fixed_name(path: Path) -> Path:
    """Return where a repaired copy is written if nobody says.

    >>> print(fixed_name(Path("a/b.csv")), fixed_name(Path("b.csv.gz")), fixed_name(Path("b")))
    a/b.fixed.csv b.fixed.csv b.fixed
    """
    plain = path.with_suffix("") if path.suffix in _PACKED else path
    return plain.with_name(f"{plain.stem}.fixed{plain.suffix}")


def fix(path: Path, out: Path, folder: Path, task: Task | None = None, *, force: bool = False) -> Repair:
    """Write a repaired copy of a submission file to `out`, whole or not at all, and return what was done and left.

    Rows keep their order; queries without a row follow in the order of test.csv. A row that cannot be repaired is left
    as it is but for blanks at its end, and except that a comma, a quote or a line end within quotes becomes a control
    character.

    Raises SubmissionError for a file that cannot be read to its end, whose columns cannot be told, or that cannot be
    written; and DataError for a competition that cannot be read.
    """
    _require_free(path, out, force=force)
    known, task = known_of(path, folder, task)
    before = inspected(path, known, task)
    _require_told(before)
    rows = partial(_rows, path, known, task)
    answered = _answered(rows()) if {"repeated query", "unknown query"} & set(before.found) else set()
    try:
        with whole(out) as temporary:
            with temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                file.write(f"id,{COLUMNS[task]}\n")
                _write(rows(), answered, known, file)
            after = inspected(temporary, known, task)
    except OSError as error:
        raise SubmissionError(f"{out}: cannot be written: {error.strerror}; nothing was left there") from None
    after.path = out
    return Repair(before, after, dress_of(path))


def _require_free(path: Path, out: Path, *, force: bool) -> None:
    if os.path.realpath(path) == os.path.realpath(out):
        raise SubmissionError(f"{out}: is the file to be repaired; name another with --out")
    if os.path.lexists(out) and not os.path.isfile(out):
        raise SubmissionError(f"{out}: is not a file; name another with --out")
    if os.path.lexists(out) and not force:
        raise SubmissionError(f"{out}: is there already; name another with --out, or replace it with --force")


def _require_told(before: Report) -> None:
    """Raise SubmissionError where nobody can tell what the cells are."""
    found = before.found
    if kinds.UNREADABLE.name in found:
        raise SubmissionError(f"{before.path}: {found[kinds.UNREADABLE.name].example}")
    if before.layout is None:
        raise SubmissionError(f"{before.path}: the first line does not tell which columns are which; name them there")
    unsound = [found[kind.name] for kind in (kinds.CELLS, kinds.ENCODING) if kind.name in found]
    if unsound and before.layout != Layout(before.layout.task):
        raise SubmissionError(
            f"{before.path}, {unsound[0].place}: the columns cannot be put in order with this row; mend it"
        )


def _rows(path: Path, known: Known, task: Task) -> Iterator[_Row]:
    """Yield all rows, repaired."""
    found = laid_out(path, known, task, Report(path))
    assert found is not None
    layout, blocks = found
    for block in blocks:
        yield from _repaired(block, layout, known)


def _repaired(block: Block, layout: Layout, known: Known) -> Iterator[_Row]:
    left = block.widths != layout.width
    left[not_utf_8(block)] = True
    sound, other = block.only(~left), block.only(left)
    ids, numbers = _queries(sound.column(layout.query).whole(), known)
    cells = sound.column(layout.answer)
    answers = mended_lists(cells, ids, known) if layout.task == "retrieval" else mended_labels(cells, known)
    mended = map(_Row, numbers, ids, answers)
    texts = (text.rstrip(" ") for text in other.whole().texts())
    untouched = zip(_first_queries(other, layout, known), texts, strict=True)
    for is_left in left.tolist():
        yield _Row(*next(untouched), None) if is_left else next(mended)


def _queries(words: Words, known: Known) -> tuple[list[str], list[int]]:
    """Return the queries, freed of blanks where that makes them known, and their numbers."""
    ids = words.texts()
    if known.any_query:
        return ids, known.queries.add(words).tolist()
    numbers = known.queries.find(words)
    unknown = np.flatnonzero(numbers < 0).tolist()
    bare = [ids[row].strip() for row in unknown]
    for row, text, number in zip(unknown, bare, known.queries.find(Words.of(bare)).tolist(), strict=True):
        if number >= 0:
            ids[row], numbers[row] = text, number
    return ids, numbers.tolist()


def _first_queries(block: Block, layout: Layout, known: Known) -> list[int]:
    """Return the numbers of the queries in rows with any number of cells, -1 for none."""
    numbers, has = np.full(len(block), -1), block.widths > layout.query
    numbers[has] = _queries(block.only(has).column(layout.query).whole(), known)[1]
    return numbers.tolist()


def _answered(rows: Iterator[_Row]) -> set[int]:
    return {row.query for row in rows if row.answer}


def _write(rows: Iterator[_Row], answered: set[int], known: Known, file: IO[str]) -> None:
    """Write the rows of queries, each with one of its different answers; then the queries without a row."""
    written: set[tuple[int, bytes]] = set()
    mentioned: set[int] = set()
    for query, text, answer in rows:
        mentioned.add(query)
        if answer is None:
            file.write(f"{text}\n" * bool(text))
            continue
        key = query, blake2b(answer.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        if query < 0 or key in written or (not answer and query in answered):
            continue
        written.add(key)
        file.write(f"{text},{answer}\n")
    missing = np.array([query for query in range(known.n_asked) if query not in mentioned], int)
    file.writelines(f"{query},\n" for query in known.queries.words()[missing].texts())
