"""Formatting quirks of a CSV file that readers accept, such as a BOM; `landmark fix` removes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.data.tables.compressed import ByteStream, open_decompressed

_CHUNK = 1 << 22  # bytes
_BOM = b"\xef\xbb\xbf"


@dataclass
class FormattingQuirk:
    """A quirk of a file: its name, what the repair does, how often it occurs and its first line (0: no line)."""

    name: str
    action: str
    count: int = 0
    line: int = 0

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        return f"{self.name}{where}: {self.count} {self.action}"

    def count_if(self, occurs: bool, line: int) -> None:
        """Count an occurrence on a line."""
        if occurs:
            self.count, self.line = self.count + 1, self.line or line


def find_quirks(path: Path) -> list[FormattingQuirk]:
    """Return the formatting quirks of a file; DataError if it cannot be read."""
    mark, quotes = FormattingQuirk("byte order mark", "removed"), FormattingQuirk("lines with quotes", "unquoted")
    returns = FormattingQuirk("carriage returns at line ends", "removed")
    blank, trailing = (FormattingQuirk(name, "removed") for name in ("blank lines", "blanks at the end of a line"))
    last = FormattingQuirk("last line without a line end", "completed")
    with open_decompressed(path) as stream:
        compression = FormattingQuirk(f"packing by {stream.compression}", "decompressed", int(bool(stream.compression)))
        for number, (line, has_end) in enumerate(_lines(stream), 1):
            text = line.rstrip(b"\r")
            mark.count_if(number == 1 and line.startswith(_BOM), number)
            quotes.count_if(b'"' in line, number)
            returns.count_if(b"\r" in line, number)
            blank.count_if(not text, number)
            trailing.count_if(text.endswith(b" "), number)
            last.count_if(not has_end, number)
    return [quirk for quirk in (compression, mark, quotes, returns, blank, trailing, last) if quirk.count]


def removed_quirks(before: list[FormattingQuirk], after: list[FormattingQuirk]) -> list[FormattingQuirk]:
    """Return the quirks of a file that its repaired copy no longer has, each with the number removed."""
    counts = {quirk.name: quirk.count for quirk in after}
    removed = ((quirk, quirk.count - counts.get(quirk.name, 0)) for quirk in before)
    return [replace(quirk, count=count) for quirk, count in removed if count > 0]


def _lines(stream: ByteStream) -> Iterator[tuple[bytes, bool]]:
    """Yield each line without its line end, and whether it has one."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from ((line, True) for line in lines)
    if rest:
        yield rest, False
