"""The answers of a submission file, one query at a time, however large it is: where each row lies is noted once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from harness.atomic_files import whole
from harness.data.tables.id_index import Vocabulary
from harness.data.tables.string_column import SLACK, Words
from harness.errors import SubmissionError
from harness.submissions.read_write import read_submission, write_submission

_CHUNK = 1 << 24  # bytes looked through at once
_NEWLINE, _COMMA = 10, 44


@dataclass(frozen=True)
class Answers:
    """`places` `(n_queries, 2)`: from where to where the answer to each query lies in the file, -1 for no row."""

    path: Path
    places: np.ndarray

    @classmethod
    def open(cls, path: Path, query_ids: np.ndarray, cache: Path) -> Answers:
        """Return the answers to some queries, by their order; what is noted of the file is kept in `cache`.

        Raises SubmissionError for a file that is gone or cannot be read as a submission.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise SubmissionError(f"{path.name}: the submission is not there: {error.strerror}") from None
        facts = [str(path), found.st_size, found.st_mtime_ns, sha256("\n".join(query_ids).encode()).hexdigest()]
        stem = cache / sha256(json.dumps(facts).encode()).hexdigest()[:32]
        places, copy = stem.with_suffix(".npy"), stem.with_suffix(".csv")
        if not places.exists() and not _is_plain(path):
            cache.mkdir(parents=True, exist_ok=True)
            write_submission(read_submission(path, query_ids), copy)
        plain = copy if copy.exists() else path
        return cls(plain, np.load(places, mmap_mode="r") if places.exists() else _noted(plain, query_ids, places))

    def words(self, query: int) -> list[str]:
        """Return the answer to a query as it stands there, split at blanks; nothing for one without an answer."""
        begin, end = self.places[query].tolist()
        if begin < 0:
            return []
        with self.path.open("rb") as file:
            return os.pread(file.fileno(), end - begin, begin).decode("utf-8", "replace").split()


def _is_plain(path: Path) -> bool:
    """Return whether every line is an id, a comma and the answer, with nothing quoted or packed."""
    with path.open("rb") as file:
        start = file.read(3)
        return start == b"id," and not any(b'"' in chunk for chunk in iter(lambda: file.read(_CHUNK), b""))


def _noted(path: Path, query_ids: np.ndarray, places: Path) -> np.ndarray:
    """Return where the answers lie, noted for the next time if there is room."""
    found = _places(path, query_ids)
    with suppress(OSError):
        places.parent.mkdir(parents=True, exist_ok=True)
        with whole(places) as temporary, temporary.open("wb") as file:
            np.save(file, found)
    return found


def _places(path: Path, query_ids: np.ndarray) -> np.ndarray:
    queries = Vocabulary.of(query_ids)
    places = np.full((len(query_ids), 2), -1, np.int64)
    for offset, text in _lines(path):
        ends = np.flatnonzero(text == _NEWLINE)
        starts = np.r_[0, ends[:-1] + 1]
        commas = np.flatnonzero(text == _COMMA)
        comma = commas[np.minimum(np.searchsorted(commas, starts), len(commas) - 1)] if len(commas) else ends
        sound = (comma > starts) & (comma < ends)
        starts, comma, ends = starts[sound], comma[sound], ends[sound]
        number = queries.find(Words(np.r_[text, np.frombuffer(SLACK, np.uint8)], starts, comma))
        known = number >= 0
        rows = np.stack([comma + 1, ends], axis=1)[known] + offset
        places[number[known][::-1]] = rows[::-1]  # of several rows the first counts
    return places


def _lines(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield whole lines, many at a time, with the offset of the first."""
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
