"""How a table is dressed up that could be plain: packing, quotes, line ends, blanks. Every reader takes it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.data.tables.compressed import Stream, unpacked

_SIZE = 1 << 22  # bytes read at once
_BOM = b"\xef\xbb\xbf"


@dataclass
class Dress:
    """Something that could be plain: how often, the first line, and what is done about it."""

    what: str
    done: str
    count: int = 0
    line: int = 0

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        return f"{self.what}{where}: {self.count} {self.done}"

    def note(self, line: int, is_there: bool) -> None:
        """Count one on a line, if it is there."""
        if is_there:
            self.count, self.line = self.count + 1, self.line or line


def dress_of(path: Path) -> list[Dress]:
    """Return all of a file that could be plain; DataError for one that cannot be read."""
    mark, quotes = Dress("byte order mark", "dropped"), Dress("lines with quotes", "written without")
    returns, blank = Dress("carriage returns at line ends", "dropped"), Dress("blank lines", "dropped")
    spare, last = Dress("blanks at the end of a line", "dropped"), Dress("last line without a line end", "ended")
    with unpacked(path) as stream:
        packed = Dress(f"packing by {stream.packed}", "unpacked", int(bool(stream.packed)))
        for number, (line, ended) in enumerate(_lines(stream), 1):
            bare = line.rstrip(b"\r")
            mark.note(number, number == 1 and line.startswith(_BOM))
            quotes.note(number, b'"' in line)
            returns.note(number, b"\r" in line)
            blank.note(number, not bare)
            spare.note(number, bare.endswith(b" "))
            last.note(number, not ended)
    return [each for each in (packed, mark, quotes, returns, blank, spare, last) if each.count]


def _lines(stream: Stream) -> Iterator[tuple[bytes, bool]]:
    """Yield each line without its line end, and whether it has one."""
    rest = b""
    while read := stream.read(_SIZE):
        *lines, rest = (rest + read).split(b"\n")
        yield from ((line, True) for line in lines)
    if rest:
        yield rest, False
