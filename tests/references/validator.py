"""A slow validator of submission files: Python's csv module and plain lists, row by row."""

import csv
import math
import re
from dataclasses import dataclass, field
from io import StringIO

from harness.data.tables.cells import quote

FaultRecord = tuple[int, int, int, int, str]  # count, line, column, entry, example
COLUMN = {"retrieval": "images", "recognition": "landmarks"}


class UnreadableError(Exception):
    """The file cannot be read."""


@dataclass
class CompetitionIds:
    """The ids in the tables of a competition; None for a missing table."""

    queries: list[str] | None
    index: list[str] | None = None
    landmarks: list[int] | None = None


@dataclass
class SlowValidator:
    """Collects the faults of a file as count, line, column, entry and example of each kind."""

    reference: CompetitionIds
    task: str | None = None
    faults: dict[str, FaultRecord] = field(default_factory=dict)

    def add_fault(self, name: str, line: int = 0, column: int = 0, entry: int = 0, example: str = "") -> None:
        count, *first = self.faults.get(name, (0, line, column, entry, quote(example)))
        self.faults[name] = (count + 1, *first)

    def check(self, content: bytes) -> dict[str, FaultRecord]:
        try:
            rows = rows_of(content)
            self.require_header(rows)
        except UnreadableError:
            return {"unreadable": (1, 0, 0, 0, "")}
        self.check_rows(rows)
        return self.faults

    def require_header(self, rows: list[tuple[int, list[str]]]) -> None:
        if not rows or rows[0][0] != 1 or len(set(rows[0][1])) < len(rows[0][1]):
            raise UnreadableError

    def check_rows(self, rows: list[tuple[int, list[str]]]) -> None:
        header, queries = rows[0][1], self.reference.queries or []
        names = [name.strip().lower() for name in header]
        is_row = len(header) == 2 and any(cell in queries for cell in header)
        is_row = is_row and not {"id", "images", "landmarks"} & {*names}
        if is_row:
            pairs = [cell.split() for cell in header if len(cell.split()) == 2]
            landmark = any(one.isdecimal() and len(one) < 16 and two[0].isdecimal() for one, two in pairs)
            self.task = self.task or ("recognition" if landmark else "retrieval")
            self.add_fault("no header", 1, 1, 0, ",".join(header))
            query, answer = 0, 1
        else:
            separated = (
                names[0].replace(";", ",").split(",") if len(names) == 1 else names
            )  # the only ones in the tests
            tasks = [task for task, column in COLUMN.items() if column in [name.strip() for name in separated]]
            fallback = "retrieval" if self.reference.index is not None else "recognition"
            self.task = self.task or (tasks[0] if tasks else fallback)
            columns = self.locate_columns(header, names)
            if columns is None:
                return
            query, answer = columns
            rows = rows[1:]
        self.check_body(rows, query, answer, len(header))

    def locate_columns(self, header: list[str], names: list[str]) -> tuple[int, int] | None:
        required = ["id", COLUMN[self.task]]
        for name in required:
            if name not in names:
                self.add_fault(f"missing column {name}", 1, 0, 0, name)
        for place, name in enumerate(header):
            if names[place] not in required or names[place] in names[:place]:
                self.add_fault("unexpected column", 1, place + 1, 0, name)
            elif names[place] != name:
                self.add_fault("misspelt column", 1, place + 1, 0, name)
        positions = [names.index(name) if name in names else None for name in required]
        if positions == [None, None] or (None in positions and len(header) != 2):
            return None
        query = positions[0] if positions[0] is not None else 1 - positions[1]
        answer = positions[1] if positions[1] is not None else 1 - positions[0]
        if query > answer:
            self.add_fault("swapped columns", 1, query + 1)
        return query, answer

    def check_body(self, rows: list[tuple[int, list[str]]], query: int, answer: int, width: int) -> None:
        queries = self.reference.queries
        first_rows = [cells for _, cells in rows[:16] if len(cells) == width]
        if queries is not None and sum(cells[answer] in queries for cells in first_rows) > sum(
            cells[query] in queries for cells in first_rows
        ):
            self.add_fault("swapped contents", rows[0][0], query + 1)
            query, answer = answer, query
        self.seen_queries: set[str] = set()
        for line, cells in rows:
            text = ",".join(cells)
            if any("\udc80" <= letter <= "\udcff" for letter in text):
                self.add_fault("encoding", line, 0, 0, text)
            elif len(cells) != width:
                self.add_fault("cells", line, min(len(cells), width) + 1, 0, text)
            else:
                self.check_row(line, cells, query, answer)
        for query_id in dict.fromkeys(queries or []):
            if query_id not in self.seen_queries:
                self.add_fault("missing query", example=query_id)

    def check_row(self, line: int, cells: list[str], query: int, answer: int) -> None:
        query_id = cells[query]
        is_query = self.reference.queries is None or query_id in self.reference.queries
        if not is_query:
            self.add_fault("unknown query", line, query + 1, 0, query_id)
        elif query_id in self.seen_queries:
            self.add_fault("repeated query", line, query + 1, 0, query_id)
        if is_query:
            self.seen_queries.add(query_id)
        if cells[answer]:
            check = self.check_list if self.task == "retrieval" else self.check_label
            check(query_id if is_query else None, cells[answer], line, answer + 1)

    def check_list(self, query_id: str | None, cell: str, line: int, column: int) -> None:
        words, index = split(cell), self.reference.index
        if len(words) > 100:
            self.add_fault("too long", line, column, 101, words[100])
        for place, word in enumerate(words):
            where = line, column, place + 1, word
            if not word:
                self.add_fault("double blank", *where)
                continue
            if index is not None and word not in index:
                self.add_fault("unknown image", *where)
            if index is not None and word in index and word == query_id:
                self.add_fault("own image", *where)
            if word in words[:place]:
                self.add_fault("repeated image", *where)

    def check_label(self, _: str | None, cell: str, line: int, column: int) -> None:
        words = split(cell)
        where = line, column, 0, " ".join(words)
        if "" in words:
            self.add_fault("blanks", *where)
        elif len(words) != 2:
            several = len(words) % 2 == 0 and all(re.fullmatch("-?[0-9]+", word) for word in words[::2])
            self.add_fault("several landmarks" if several else "malformed", *where)
        else:
            self.check_pair(*words, where)

    def check_pair(self, first: str, second: str, where: tuple[int, int, int, str]) -> None:
        try:
            landmark, confidence = int(first), float(second)
        except ValueError:
            return self.add_fault("malformed", *where)
        if not -(2**63) <= landmark < 2**63:
            return self.add_fault("malformed", *where)
        if not math.isfinite(confidence):
            return self.add_fault("not finite", *where)
        plain = re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", second)
        if not re.fullmatch("-?[0-9]+", first) or not plain:
            self.add_fault("odd number", *where)
        if confidence < 0:
            self.add_fault("negative", *where)
        if self.reference.landmarks is not None and landmark not in self.reference.landmarks:
            self.add_fault("unknown landmark", *where)
        return None


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with its line; the only cell of a row is never empty, but \\x1a."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    reader = csv.reader(StringIO(text + "\n" * (not text.endswith("\n")), newline=""), strict=True)
    rows = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            raise UnreadableError from None
        if row is None:
            return rows
        if row:
            rows.append((line, row if row != [""] else ["\x1a"]))


def split(cell: str) -> list[str]:
    """Return the entries of a cell as the reference scorer reads them: one trailing blank is not an entry."""
    words = cell.split(" ")
    return words[:-1] if len(words) > 1 and not words[-1] else words
