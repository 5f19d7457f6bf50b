"""Formats of submission rows that mean something, but not what readers take them for: commas, brackets, file names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.data.images.find import SUFFIXES
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.fault_kinds import FaultKind
from harness.submissions.validation.parse_labels import CONFIDENCE_PATTERN, LANDMARK_PATTERN, WHOLE_FLOAT_PATTERN
from metrics import Task

_BETWEEN = re.compile(r"[\s,;|]+")  # between entries: no image id has these characters
_BRACKETS = ("[]", "()", "{}", "''", '""', "``")
_QUOTES = "'\"`"
_DECIMAL_COMMA = re.compile(r"\s*(-?[0-9]+)\s+([0-9]+),([0-9]+)\s*")  # 7 0,5
_ODD = re.compile(r"[^\S ]|[,;:|\[\](){}'\"`]")
_LABEL_SEPARATORS = re.compile(r"[\s,;:|]+")


@dataclass(frozen=True)
class RowRewriter:
    """Rewrites rows of `id,answer`; `is_query` and `is_image` say which ids are valid, None if that is unknown."""

    task: Task
    is_query: Callable[[str], bool] | None
    is_image: Callable[[str], bool] | None

    def rewrite(self, cells: Sequence[str]) -> tuple[list[str], list[FaultKind]] | None:
        """Return the two cells of a row and what was unusual; None for a row without a known query or meaning."""
        formats: list[FaultKind] = []
        parts = _split_single_cell(cells) if len(cells) == 1 else [*cells]
        query = self._query(parts[0], formats) if len(parts) > 1 else None
        if query is None:
            return None
        text = parts[1] if len(parts) == 2 else ",".join(parts[1:])
        if len(cells) != 2:
            formats.append(kinds.SPREAD_ANSWER)
        answer = self._list(text, formats) if self.task == "retrieval" else _label(text, formats)
        if answer is None or (len(cells) != 2 and not self._is_certain(answer)):
            return None
        return [query, answer], formats

    def _query(self, cell: str, formats: list[FaultKind]) -> str | None:
        """Return the id of a query, without quotes, folder and suffix if only then it is one."""
        if self.is_query is None or self.is_query(cell):
            return cell
        stripped = cell.strip().strip(_QUOTES)
        if self.is_query(stripped):
            return stripped
        if self.is_query(_stem(stripped)):
            formats.append(kinds.FILE_NAME_QUERIES)
            return _stem(stripped)
        return None

    def _list(self, text: str, formats: list[FaultKind]) -> str:
        if _ODD.search(text) and not self._lists_images(text):
            entries = [entry.strip(_QUOTES) for entry in _BETWEEN.split(_without_brackets(text))]
            rewritten = " ".join(entry for entry in entries if entry)
            formats += [kinds.LIST_FORMAT] * (rewritten != text)
            text = rewritten
        return self._without_suffixes(text, formats)

    def _without_suffixes(self, text: str, formats: list[FaultKind]) -> str:
        if self.is_image is None:
            return text
        entries = text.split(" ")
        ids = [each if self.is_image(each) else self._image_of(each) for each in entries]
        if ids != entries:
            formats.append(kinds.FILE_NAMES)
        return " ".join(ids)

    def _image_of(self, entry: str) -> str:
        """Return the id of an image without folder and suffix if only then it is one; else the entry."""
        stem = _stem(entry)
        return stem if self.is_image is not None and self.is_image(stem) else entry

    def _is_certain(self, answer: str) -> bool:
        """Return whether an answer joined from several cells is one: all of its images are in the index."""
        return self.task == "recognition" or self._lists_images(answer)

    def _lists_images(self, text: str) -> bool:
        """Return whether a list has only images of the index, of which at least one."""
        return bool(text) and self.is_image is not None and all(map(self.is_image, text.split(" ")))


def _split_single_cell(cells: Sequence[str]) -> list[str]:
    return re.split(r"[;\t|]", cells[0], maxsplit=1)


def _without_brackets(text: str) -> str:
    """Return a list without the brackets or quotes around it.

    >>> _without_brackets(" ['a', 'b'] ")
    "a', 'b"
    """
    inner = text.strip()
    while len(inner) > 1 and inner[0] + inner[-1] in _BRACKETS:
        inner = inner[1:-1].strip()
    return inner


def _label(text: str, formats: list[FaultKind]) -> str | None:
    """Return a landmark and a confidence with a blank between them; a text with blanks only as it is, None for others.

    >>> _label("[7, 0.5]", []), _label("7 0,5", []), _label("7,8 0.5", [])
    ('7 0.5', '7 0.5', None)
    """
    if not _ODD.search(text):
        return text
    decimal = _DECIMAL_COMMA.fullmatch(text.replace('"', ""))
    parts = _LABEL_SEPARATORS.split(_without_brackets(text))
    if decimal:
        parts = [decimal[1], f"{decimal[2]}.{decimal[3]}"]
    parts = [part.strip(_QUOTES) for part in parts]
    is_landmark = LANDMARK_PATTERN.fullmatch(parts[0]) or WHOLE_FLOAT_PATTERN.fullmatch(parts[0])
    if len(parts) != 2 or not is_landmark or not CONFIDENCE_PATTERN.fullmatch(parts[1]):
        return None
    formats.append(kinds.LABEL_FORMAT)
    return " ".join(parts)


def _stem(entry: str) -> str:
    """Return the name of an image file without folders and suffix; another entry as it is.

    >>> _stem("index/a/b/abc.JPG"), _stem("abc.csv")
    ('abc', 'abc.csv')
    """
    name = re.split(r"[/\\]", entry)[-1]
    stem, dot, suffix = name.rpartition(".")
    return stem if stem and f"{dot}{suffix}".lower() in SUFFIXES else name
