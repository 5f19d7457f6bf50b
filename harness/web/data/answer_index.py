"""Random access to the answers in a submission file of any size: the byte range of each row is indexed once."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import PADDING, StringColumn
from harness.errors import SubmissionError
from harness.submissions.list_length import MAX_SCORED_IDS
from harness.submissions.read_write import read_submission, write_submission
from harness.web.data.stored_content import read_content, write_content

_CHUNK = 1 << 24  # bytes read at once
_NEWLINE, _COMMA, _BLANK = 10, 44, 32


@dataclass(frozen=True)
class SubmissionIndex:
    """`spans` `(n_queries, 2)`: first byte and end of each query's answer in the file, -1 without a row."""

    path: Path
    spans: np.ndarray

    @classmethod
    def open(cls, path: Path, query_ids: np.ndarray, cache: Path, max_length: int = MAX_SCORED_IDS) -> Self:
        """Return the index of a submission for these queries, in their order, stored in the folder `cache`.

        Of a compressed file at most `max_length` images of a row are kept.
        Raises SubmissionError if the file is missing or is no submission.
        """
        try:
            stat = path.stat()
        except OSError as error:
            raise SubmissionError(f"{path.name}: the submission is not there: {error.strerror}") from None
        facts = [str(path), stat.st_size, stat.st_mtime_ns, sha256("\n".join(query_ids).encode()).hexdigest()]
        stem = cache / sha256(json.dumps(facts).encode()).hexdigest()[:32]
        stored, copy = stem.with_suffix(".spans"), stem.with_suffix(".csv")
        if read_content(stored) is None and not _is_plain(path):
            cache.mkdir(parents=True, exist_ok=True)
            write_submission(read_submission(path, query_ids, max_length=max_length), copy)
        plain = copy if copy.exists() else path
        return cls(plain, _load_spans(plain, query_ids, stored))

    def tokens(self, query: int) -> list[str]:
        """Return the answer to a query, split at blanks; empty without an answer."""
        begin, end = self.spans[query].tolist()
        if begin < 0:
            return []
        with self.path.open("rb") as file:
            return os.pread(file.fileno(), end - begin, begin).decode("utf-8", "replace").split()

    def first_tokens(self, limit: int, length: int) -> tuple[StringColumn, np.ndarray, np.ndarray]:
        """Return the first `limit` tokens of all answers, with the row and the position (from 0) of each, `(n,)` all.

        Only the first `limit * (length + 1)` bytes of an answer are read, so longer tokens may be cut.
        """
        rows = np.flatnonzero(self.spans[:, 0] >= 0)
        text = self._beginnings(rows, limit * (length + 1))
        is_letter = np.pad(text > _BLANK, ((0, 0), (1, 1)))
        begins, ends = (np.flatnonzero(np.diff(is_letter.view(np.int8)).ravel() == step) for step in (1, -1))
        width = text.shape[1] + 1
        row, first = begins // width, np.searchsorted(begins, np.arange(len(rows)) * width)
        position = np.arange(len(begins)) - first[row]
        used = position < limit
        buffer = np.r_[np.pad(text, ((0, 0), (0, 1))).ravel(), np.frombuffer(PADDING, np.uint8)]
        return StringColumn(buffer, begins[used], ends[used]), rows[row[used]], position[used]

    def _beginnings(self, rows: np.ndarray, width: int) -> np.ndarray:
        """Return the first `width` bytes of some answers `(n_rows, width)`, filled up with blanks."""
        text = np.empty((len(rows), width), np.uint8)
        if not len(rows):
            return text
        data, (starts, ends) = np.memmap(self.path, np.uint8, "r"), self.spans[rows].T
        tail, is_inside = np.r_[data[-width:], np.full(width, _BLANK, np.uint8)], starts + width <= len(data)
        if is_inside.any():
            text[is_inside] = sliding_window_view(data, width)[starts[is_inside]]
        text[~is_inside] = sliding_window_view(tail, width)[starts[~is_inside] - max(0, len(data) - width)]
        text[np.arange(width) >= (ends - starts)[:, None]] = _BLANK
        return text


def _is_plain(path: Path) -> bool:
    """Return whether every line is an id, a comma and the answer, without quotes or compression."""
    with path.open("rb") as file:
        start = file.read(3)
        return start == b"id," and not any(b'"' in chunk for chunk in iter(lambda: file.read(_CHUNK), b""))


def _load_spans(path: Path, query_ids: np.ndarray, stored: Path) -> np.ndarray:
    """Return the spans of all answers, and store them unless the disk is full."""
    content = read_content(stored)
    if content is None or len(content) != 16 * len(query_ids):
        content = _find_spans(path, query_ids).tobytes()
        write_content(stored, content)
    return np.frombuffer(content, np.int64).reshape(-1, 2)


def _find_spans(path: Path, query_ids: np.ndarray) -> np.ndarray:
    queries = IdIndex.from_texts(query_ids)
    spans = np.full((len(query_ids), 2), -1, np.int64)
    for offset, text in _read_lines(path):
        ends = np.flatnonzero(text == _NEWLINE)
        starts = np.r_[0, ends[:-1] + 1]
        commas = np.flatnonzero(text == _COMMA)
        comma = commas[np.minimum(np.searchsorted(commas, starts), len(commas) - 1)] if len(commas) else ends
        has_id = (comma > starts) & (comma < ends)
        starts, comma, ends = starts[has_id], comma[has_id], ends[has_id]
        number = queries.find(StringColumn(np.r_[text, np.frombuffer(PADDING, np.uint8)], starts, comma))
        is_query = number >= 0
        rows = np.stack([comma + 1, ends], axis=1)[is_query] + offset
        spans[number[is_query][::-1]] = rows[::-1]  # the first of several rows counts
    return spans


def _read_lines(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield blocks of whole lines as bytes, each with the offset of its first line."""
    offset, rest = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            stop = text.rfind(b"\n") + 1
            if stop:
                yield offset, np.frombuffer(text[:stop], np.uint8)
            offset, rest = offset + stop, text[stop:]
    if rest:
        yield offset, np.frombuffer(rest + b"\n", np.uint8)
