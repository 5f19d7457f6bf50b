"""Compare a ground truth with the ids of its competition: what no answer can match is an error, or a note."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.data.ground_truth import UNLISTABLE, GroundTruth
from harness.errors import DataError

_BETWEEN = re.compile(r"[\s,;|'\"\[\](){}]+")  # what is written between ids in place of a blank
_EXAMPLES = "; landmark data check has examples"


@dataclass(frozen=True)
class CompetitionIds:
    """The ids in the tables of a competition; None for a table that is missing."""

    queries: Collection[str] | None
    index: Collection[str] | None
    landmarks: Collection[int] | None


def match_ground_truth(folder: Path, truth: GroundTruth, ids: CompetitionIds) -> GroundTruth:
    """Return the ground truth with notes on what is not in the tables of its competition.

    Raises DataError if no query counts, if no answer could be correct, and if ids differ from those of the tables only
    by their spelling. The error quotes no id, because a competitor may see it.
    """
    notes = [*_match_queries(folder, truth, ids.queries), *_match_answers(folder, truth, ids)]
    return replace(truth, notes=(*truth.notes, *(f"ground truth: {note}" for note in notes)))


def _match_queries(folder: Path, truth: GroundTruth, queries: Collection[str] | None) -> Iterator[str]:
    if not truth.scored.any():
        raise _error(folder, truth, "has no query that counts, so there is no score; see its Usage column")
    if queries is None:
        return
    known, rows = set(queries), truth.query_ids.tolist()
    unknown = [query for query in rows if query not in known]
    _require_spelling(folder, truth, unknown, known, "test.csv")
    if len(unknown) == len(rows):
        raise _error(
            folder, truth, f"is of other queries: none of its {len(rows)} rows is of a query in test.csv{_EXAMPLES}"
        )
    if unknown:
        yield f"{len(unknown)} queries are not in test.csv"
    if len(known) > len(rows) - len(unknown):
        yield f"{len(known) - len(rows) + len(unknown)} queries of test.csv have no row and are not scored"


def _match_answers(folder: Path, truth: GroundTruth, ids: CompetitionIds) -> Iterator[str]:
    if truth.task == "retrieval":
        yield from _match_images(folder, truth, ids.index)
        return
    landmarks = set(truth.relevant.tolist())
    if not landmarks:
        raise _error(folder, truth, "has no query that counts and shows a landmark, so there is no score")
    unknown = set() if ids.landmarks is None else landmarks.difference(ids.landmarks)
    if len(unknown) == len(landmarks):
        raise _error(folder, truth, f"is of other landmarks: none of its {len(landmarks)} is in train.csv{_EXAMPLES}")
    if unknown:
        yield f"{len(unknown)} landmarks are not in train.csv"


def _match_images(folder: Path, truth: GroundTruth, index: Collection[str] | None) -> Iterator[str]:
    listed = truth.relevant[truth.relevant >= 0]
    if not len(listed):
        raise _error(folder, truth, "has no query that counts and has an image to find, so there is no score")
    if index is None:
        return
    known, texts = set(index), truth.images.texts()
    is_unknown = np.array([text not in known for text in texts.tolist()], bool)
    count = int(is_unknown[listed].sum())
    _require_spelling(folder, truth, texts[np.unique(listed[is_unknown[listed]])].tolist(), known, "index.csv")
    if count == len(listed):
        raise _error(folder, truth, f"is of other images: none of its {count} entries is in index.csv{_EXAMPLES}")
    if count:
        yield f"{count} relevant images are not in index.csv"
    empty = _empty_entries(truth)
    if empty:
        yield f"{empty} entries are empty (two blanks in a row, or one at an end), so no answer can contain them"


def _empty_entries(truth: GroundTruth) -> int:
    """Return the number of empty entries in rows that have others."""
    is_alone = np.repeat(np.diff(truth.offsets) == 1, np.diff(truth.offsets))
    return int(((truth.relevant == UNLISTABLE) & ~is_alone).sum())


def _require_spelling(folder: Path, truth: GroundTruth, unknown: list[str], known: set[str], table: str) -> None:
    """Raise DataError if unknown ids are known in another spelling."""
    folded = {each.casefold() for text in known for each in _spellings(text)} if unknown else set()
    count = sum(any(each.casefold() in folded for each in _spellings(text)) for text in unknown)
    if count:
        remedy = "write ids in the same case, without folder and suffix, and with one blank between them"
        raise _error(
            folder, truth, f"has {count} entries that are ids of {table} in another spelling; {remedy}{_EXAMPLES}"
        )


def _spellings(text: str) -> Iterator[str]:
    """Yield an entry and its parts, also without folders and suffix.

    >>> [*_spellings("index/a.jpg")]
    ['index/a.jpg', 'a.jpg', 'a']
    """
    for part in dict.fromkeys((text, *filter(None, _BETWEEN.split(text)))):
        name = re.split(r"[/\\]", part)[-1]
        yield from dict.fromkeys((part, name, name.partition(".")[0]))


def _error(folder: Path, truth: GroundTruth, what: str) -> DataError:
    return DataError(f"{folder}: the ground truth of {truth.task} {what}")
