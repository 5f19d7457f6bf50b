"""Formats of submission rows that mean something, but not what readers take them for: commas, brackets, file names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.fault_kinds import FaultKind
from harness.submissions.validation.id_lookup import IdLookup, is_file_name
from harness.submissions.validation.parse_labels import CONFIDENCE_PATTERN, LANDMARK_PATTERN, WHOLE_FLOAT_PATTERN
from metrics import Task

_BETWEEN = re.compile(r"[\s,;|，；、،\u200b\ufeff]+")  # between entries: no image id has these characters
_PIECES = re.compile(r"[^\w.-]+")  # between parts of an entry that is no id
_WORDS = re.compile(  # parts of what Python prints of a list
    r"array|index|tensor|list|set|tuple|dict|series|dtype|object|(np|numpy)[.]str_?|str_?|[buo]|none|nan|<?u\d+|"
    r"(posix|windows|pure)*path",
    re.IGNORECASE,
)
_NOISE = re.compile(rf"{_WORDS.pattern}|-?\d*[.]?\d+(e-?\d+)?", re.IGNORECASE)  # or the score of an image
_BRACKETS = ("[]", "()", "{}", "''", '""', "``")
_QUOTES = "'\"`"
_DECIMAL_COMMA = re.compile(r"\s*(-?[0-9]+)\s+([0-9]+),([0-9]+)\s*")  # 7 0,5
_ODD = re.compile(r"[^\S ]|[,;:|\[\](){}'\"`，；、،\u200b\ufeff]")
_LABEL_SEPARATORS = re.compile(r"[\s,;:|]+")


@dataclass(frozen=True)
class RowRewriter:
    """Rewrites rows of `id,answer`; `queries` and `images` are the valid ids, None if they are unknown."""

    task: Task
    queries: IdLookup | None
    images: IdLookup | None

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
        """Return the id of a query, in the spelling of the table."""
        if self.queries is None or cell in self.queries:
            return cell
        found = self.queries.find(cell) or _only_id(cell, self.queries)
        if found:
            formats.append(kinds.FILE_NAME_QUERIES if is_file_name(cell) else kinds.QUERY_SPELLING)
        return found

    def _list(self, text: str, formats: list[FaultKind]) -> str:
        is_odd = bool(_ODD.search(text)) and not self._lists_images(text)
        if is_odd:
            entries = [entry.strip(_QUOTES) for entry in _BETWEEN.split(_without_brackets(text))]
            rewritten = " ".join(entry for entry in entries if entry)
            formats += [kinds.LIST_FORMAT] * (rewritten != text)
            text = rewritten
        return text if self.images is None else self._with_ids(text, self.images, formats, as_number=not is_odd)

    def _with_ids(self, text: str, images: IdLookup, formats: list[FaultKind], *, as_number: bool) -> str:
        """Return a list with the ids of the images that its entries mean; other entries stay."""
        entries, ids = text.split(" "), []
        for entry in entries:
            found = [entry] if not entry or entry in images else _ids_in(entry, images, as_number=as_number)
            if found != [entry]:
                formats.append(_kind_of_entry(entry, found))
            ids += found
        return " ".join(ids)

    def _is_certain(self, answer: str) -> bool:
        """Return whether an answer joined from several cells is one: all of its images are in the index."""
        return self.task == "recognition" or self._lists_images(answer)

    def _lists_images(self, text: str) -> bool:
        """Return whether a list has only images of the index, of which at least one."""
        return bool(text) and self.images is not None and all(each in self.images for each in text.split(" "))


def _ids_in(entry: str, images: IdLookup, *, as_number: bool) -> list[str]:
    """Return the ids that an entry means; the entry itself if it means none.

    >>> _ids_in("a/b1", IdLookup(["a", "b1"]), as_number=True), _ids_in("(a:0.9", IdLookup(["a"]), as_number=True)
    (['a', 'b1'], ['a'])
    """
    pieces = [piece for piece in _PIECES.split(entry) if piece]
    ids = [images.find(piece, as_number=False) for piece in pieces]
    if all(piece.isdecimal() for piece in pieces) and len(pieces) > 1:
        return [entry]  # numbers of images, or one with its score
    if len({*ids}) > 1 and None not in ids:
        return [each for each in ids if each]
    whole = images.find(entry, as_number=as_number)
    if whole:
        return [whole]
    joined = [images.find(piece, as_number=False) for piece in re.split(r"[-_]+", entry)]
    if None not in joined:
        return [each for each in joined if each]
    if any(ids) or all(map(_WORDS.fullmatch, pieces)):
        return [each or piece for each, piece in zip(ids, pieces, strict=True) if each or not _NOISE.fullmatch(piece)]
    return [entry]


def _kind_of_entry(entry: str, ids: list[str]) -> FaultKind:
    if len(ids) != 1:
        return kinds.LIST_FORMAT
    return kinds.FILE_NAMES if is_file_name(entry) else kinds.IMAGE_SPELLING


def _only_id(text: str, ids: IdLookup) -> str | None:
    """Return the only id in a text, the rest of which is what Python prints around it; else None.

    >>> _only_id("b'a'", IdLookup(["a"])), _only_id("a b", IdLookup(["a", "b"]))
    ('a', None)
    """
    pieces = [piece for piece in _PIECES.split(text) if piece]
    found = {image_id for piece in pieces if (image_id := ids.find(piece, as_number=False))}
    rest = [piece for piece in pieces if not ids.find(piece, as_number=False)]
    return found.pop() if len(found) == 1 and all(map(_NOISE.fullmatch, rest)) else None


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
