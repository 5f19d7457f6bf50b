"""What an import leaves out, by reason, with the number of files and the first of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.data.tables.cells import quote

EMPTY = "empty files"
HIDDEN = "hidden files or folders"
UNREADABLE = "files or folders that cannot be read"
LINKED_TWICE = "links to a folder that is read anyway"
SPECIAL = "broken links or special files"
NOT_DECODABLE = "files that are not JPEG, PNG, WebP, GIF or BMP; convert photos among them to JPEG"
OUTSIDE = "files beside the class folders; put each photo into the folder of its landmark"
NESTED = "files in folders inside class folders; --nested takes their photos"
WITHOUT_PHOTO = "class folders without a photo"
COPIES = "copies of another photo of the landmark"
TWO_LANDMARKS = "copies of a photo of another landmark, which got it; delete the wrong one"

_SUFFIXES = 6  # in a message
_LONGEST_SUFFIX = 18  # characters in a message


@dataclass
class Omission:
    """Files left out for one reason: their number, the first one, and the number of each suffix."""

    reason: str
    count: int
    example: str
    suffixes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        what, _, remedy = self.reason.partition("; ")
        suffixes = ", ".join(f"{count} {suffix}" for suffix, count in self.suffixes.most_common(_SUFFIXES))
        more = ", …" if len(self.suffixes) > _SUFFIXES else ""
        where = f"{suffixes}{more}; " * bool(suffixes) + f"first {self.example}"
        return f"{what}: {self.count} ({where}){'; ' * bool(remedy)}{remedy}"


class Omissions:
    """What an import leaves out, by reason."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._by_reason: dict[str, Omission] = {}

    def add(self, reason: str, path: str | os.PathLike[str], suffix: str = "") -> None:
        """Count a file or a folder, and its suffix if the message is to list it."""
        example = quote(os.path.relpath(path, self._source))
        omission = self._by_reason.setdefault(reason, Omission(reason, 0, example))
        omission.count += 1
        if suffix:
            text = quote(suffix, _LONGEST_SUFFIX)
            omission.suffixes[text[1:-1]] += 1

    def __iter__(self) -> Iterator[Omission]:
        """Yield the omissions, the most frequent first."""
        return iter(sorted(self._by_reason.values(), key=lambda omission: -omission.count))
