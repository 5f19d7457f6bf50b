"""Where the columns of a submission file stand, told by its first line, or by its rows where that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from harness.data.ground_truth import COLUMNS
from harness.data.tables.blocks import Block, read_blocks
from harness.data.tables.rows import open_blocks
from harness.data.tables.string_column import Words
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.reference_ids import Known
from harness.submissions.validation.report import Report
from metrics import Task

_LOOKED_AT = 16  # rows that tell whether the contents of the columns are swapped


@dataclass(frozen=True)
class Layout:
    """In which cell of a row, from 0, its query stands, in which the answer, and how many cells it must have."""

    task: Task
    query: int = 0
    answer: int = 1
    width: int = 2


def laid_out(path: Path, known: Known, task: Task, report: Report) -> tuple[Layout, Iterator[Block]] | None:
    """Return the layout of a file and its rows, None where nobody can tell; note what is wrong with the columns.

    Raises DataError for a file that cannot be read.
    """
    header, blocks = open_blocks(path)
    if _is_row(header, known):
        report.note(kinds.NO_HEADER, 1, 1, 1, example=",".join(header))
        layout: Layout | None = Layout(task)
        blocks = read_blocks(path)
    else:
        layout = _named(header, task, report)
    if layout is None:
        for _ in blocks:  # what cannot be read to its end is told as that
            pass
        return None
    few, blocks = _first_rows(blocks)
    if _swapped(few, layout, known):
        report.note(kinds.SWAPPED_CONTENTS, 1, int(few[0].lines[0]), layout.query + 1)
        layout = replace(layout, query=layout.answer, answer=layout.query)
    return layout, blocks


def task_of(path: Path, known: Known) -> Task | None:
    """Return the task that a file seems to answer, None where nothing tells.

    Raises DataError for a file that cannot be read.
    """
    header, _ = open_blocks(path)
    if _is_row(header, known):
        return "recognition" if _is_number(header[0].split()) or _is_number(header[1].split()) else "retrieval"
    names = [_plain(name) for name in header]
    return next((task for task, column in COLUMNS.items() if column in names), None)


def _is_row(header: list[str], known: Known) -> bool:
    """Tell whether the first line is a row: two cells, one of them a query, and none the name of a column."""
    if known.any_query or len(header) != 2 or {"id", *COLUMNS.values()} & {*map(_plain, header)}:
        return False
    return bool((known.queries.find(Words.of(header)) >= 0).any())


def _is_number(words: list[str]) -> bool:
    return len(words) == 2 and words[0].isdecimal() and len(words[0]) < 16 and words[1][:1].isdecimal()


def _named(header: list[str], task: Task, report: Report) -> Layout | None:
    """Return where the columns stand by their names; the other of two, where only one is named."""
    wanted, names = ("id", COLUMNS[task]), [_plain(name) for name in header]
    for name in wanted:
        if name not in names:
            report.note(kinds.MISSING_COLUMN[name], 1, 1, example=name)
    for place, (name, plain) in enumerate(zip(header, names, strict=True)):
        if plain not in wanted or plain in names[:place]:
            report.note(kinds.UNEXPECTED_COLUMN, 1, 1, place + 1, example=name)
        elif name != plain:
            report.note(kinds.MISSPELT_COLUMN, 1, 1, place + 1, example=name)
    return _placed([names.index(name) if name in names else -1 for name in wanted], len(header), task, report)


def _placed(places: list[int], width: int, task: Task, report: Report) -> Layout | None:
    if width == 2 and places.count(-1) == 1:
        places = [1 - max(places) if place < 0 else place for place in places]
    query, answer = places
    if min(places) < 0:
        return None
    if query > answer:
        report.note(kinds.SWAPPED_COLUMNS, 1, 1, query + 1)
    return Layout(task, query, answer, width)


def _plain(name: str) -> str:
    return name.strip().lower()


def _first_rows(blocks: Iterator[Block]) -> tuple[list[Block], Iterator[Block]]:
    """Return the first few rows, and again all."""
    taken: list[Block] = []
    while sum(map(len, taken)) < _LOOKED_AT and (block := next(blocks, None)) is not None:
        taken.append(block)
    few, left = [], _LOOKED_AT
    for block in taken:
        few.append(block.only(slice(left)))
        left -= len(few[-1])
    return [block for block in few if len(block)], chain(taken, blocks)


def _swapped(few: list[Block], layout: Layout, known: Known) -> bool:
    """Tell whether more of the answers than of the queries are queries."""
    found = {layout.query: 0, layout.answer: 0}
    for block in [] if known.any_query else few:
        full = block.only(block.widths == layout.width)
        for cell in found:
            found[cell] += int((known.queries.find(full.column(cell).whole()) >= 0).sum())
    return found[layout.answer] > found[layout.query]
