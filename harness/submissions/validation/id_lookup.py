"""Find the id of a table that a text means: a file name, another case, or what a spreadsheet has made of a number."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TypeVar

Key = TypeVar("Key", int, str)

_SUFFIX = re.compile(
    r"\.(jpe?g|jpe|jfif|png|webp|gif|bmp|tiff?|hei[cf]|avif|raw|dng|cr2|nef|npy)$", re.IGNORECASE
)  # of image files
_AROUND = " \t\r\n\xa0'\"`=,"
_WHOLE = re.compile(r"\d{1,18}(\.0*)?|\d(\.\d+)?e\+?\d{1,2}", re.IGNORECASE)


class IdLookup:
    """The ids of a table, to be found by other spellings; the ids themselves are found first."""

    def __init__(self, ids: Collection[str]) -> None:
        self._ids = frozenset(ids)

    def __contains__(self, text: object) -> bool:
        return text in self._ids

    def find(self, text: str, *, as_number: bool = True) -> str | None:
        """Return the only id that a text means, None if there is none or several.

        Ignored are folders and suffixes of image files, quotes, blanks and invisible characters around an id, and upper
        and lower case; `as_number` also finds whole numbers by their value.

        >>> IdLookup(["a1", "007"]).find("index/A1.JPG"), IdLookup(["a1", "007"]).find("7.0"), IdLookup(["a"]).find("b")
        ('a1', '007', None)
        """
        for name in file_stems(text):
            found = name if name in self._ids else self._by_case.get(name.casefold())
            if found:
                return found
        number = _whole_number(text) if as_number else None
        return self._by_number.get(number) if number is not None else None

    @cached_property
    def _by_case(self) -> dict[str, str]:
        return _unique((each.casefold(), each) for each in self._ids)

    @cached_property
    def _by_number(self) -> dict[int, str]:
        return _unique((int(each), each) for each in self._ids if each.isascii() and each.isdecimal())


def file_stems(text: str) -> list[str]:
    r"""Return the ids that a text may be: as it is visible, without folders, and without suffixes of image files.

    >>> file_stems("'index/a.jpg.JPG'"), file_stems("a\u200b")
    (['index/a.jpg.JPG', 'a.jpg.JPG', 'a.jpg', 'a'], ['a'])
    """
    visible = "".join(letter for letter in text if letter.isprintable() or letter.isspace()).strip(_AROUND)
    name = re.split(r"[/\\]", re.split(r"[?#]", visible)[0])[-1]
    names = [visible, name]
    while _SUFFIX.search(name) and not name.startswith("."):
        name = _SUFFIX.sub("", name)
        names.append(name)
    return [*dict.fromkeys(each for each in names if each)]


def is_file_name(text: str) -> bool:
    """Return whether a text has a folder or the suffix of an image file.

    >>> is_file_name("index/a"), is_file_name("a.jpg"), is_file_name("A")
    (True, True, False)
    """
    return bool(re.search(r"[/\\]", text) or _SUFFIX.search(text.strip(_AROUND)))


def _whole_number(text: str) -> int | None:
    plain = text.strip(_AROUND)
    if not plain.isascii() or not _WHOLE.fullmatch(plain):
        return None
    value = float(plain) if re.search(r"[.eE]", plain) else int(plain)
    return int(value) if value == int(value) and value < 1 << 53 else None


def _unique(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return key -> id, without the keys of several ids."""
    by_key: dict[Key, str] = {}
    ambiguous = set()
    for key, image_id in pairs:
        if by_key.setdefault(key, image_id) != image_id:
            ambiguous.add(key)
    return {key: image_id for key, image_id in by_key.items() if key not in ambiguous}
