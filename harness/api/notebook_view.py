"""Results as tables: plain text at a prompt, HTML with pictures in a notebook. All names are escaped."""

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from harness.data.images.decode import UndecodableError
from harness.data.images.thumbnail import shrink_photo
from leaderboard.safe_text import shorten

SIDE = 112  # longer side of a thumbnail, pixels
_STYLES = {  # inline, because notebooks remove style sheets
    "table": "border-collapse:collapse;margin:.3em 0",
    "cell": "padding:.15em .6em;text-align:left;vertical-align:top",
    "number": "padding:.15em .6em;text-align:right;vertical-align:top;font-variant-numeric:tabular-nums",
    "figure": "display:inline-block;margin:2px;padding:3px;vertical-align:top;text-align:center;font-size:80%;"
    "max-width:118px;overflow-wrap:anywhere",
}
_BORDERS = {"right": "#12823b", "wrong": "#c5221f", "missed": "#b06000"}
_LISTED = 3  # pictures named in text
_MISSING = '<div style="width:80px;height:60px;border:1px dashed #888">no picture</div>'


@dataclass(frozen=True)
class Picture:
    """An image with a caption and, in a ranking, its rank; `mark` is right, wrong, missed, or empty if not judged."""

    path: Path | None
    caption: str
    mark: str = ""
    rank: int | None = None

    def html(self) -> str:
        """Return the thumbnail as an HTML figure without other files."""
        border = f";border:3px solid {_BORDERS[self.mark]}" if self.mark else ";border:3px solid transparent"
        head = f"{self.rank or ''} {self.mark}".strip()
        lines = [self._image(), *([f"<b>{_text(head)}</b>"] if head else []), _text(self.caption)]
        return f'<span style="{_STYLES["figure"]}{border}">{"<br>".join(lines)}</span>'

    def text(self) -> str:
        """Return rank, caption and mark in one line."""
        return shorten(" ".join([*([f"{self.rank}."] if self.rank else []), self.caption, self.mark]).strip())

    def _image(self) -> str:
        try:
            content = b64encode(shrink_photo(self.path, SIDE)).decode("ascii") if self.path else ""
        except UndecodableError:
            content = ""
        return f'<img src="data:image/jpeg;base64,{content}" alt="">' if content else _MISSING


Cell = str | float | None | Picture | Sequence[Picture]


@dataclass(frozen=True)
class ViewTable:
    """A titled table with notes below it; a float is a score and has five digits."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def text(self) -> str:
        """Return the table as aligned text, without pictures."""
        lines = [[*map(shorten, self.headings)], *([_plain(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        numeric = [self._is_numeric(column) for column in range(len(widths))]
        aligned = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, numeric, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([shorten(self.title), *(aligned if self.headings else ()), *map(shorten, self.notes)])

    def html(self) -> str:
        """Return the table as HTML, with pictures."""
        kinds = ["number" if self._is_numeric(column) else "cell" for column in range(len(self.headings))]
        head = "".join(_cell("th", text, kind) for text, kind in zip(self.headings, kinds, strict=True))
        body = "".join(
            f"<tr>{''.join(_cell('td', cell, kind) for cell, kind in zip(row, kinds, strict=True))}</tr>"
            for row in self.rows
        )
        table = f'<table style="{_STYLES["table"]}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        notes = "".join(f"<div><small>{_text(note)}</small></div>" for note in self.notes)
        return f"<div><b>{_text(self.title)}</b>{table if self.headings else ''}{notes}</div>"

    def _is_numeric(self, column: int) -> bool:
        return all(isinstance(row[column], int | float | None) for row in self.rows)


class NotebookView(ABC):
    """A result that prints as tables, and that a notebook shows as HTML."""

    @abstractmethod
    def view_tables(self) -> Sequence[ViewTable]:
        """Return what is printed."""

    def __repr__(self) -> str:
        return "\n\n".join(table.text() for table in self.view_tables())

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.view_tables())


def _cell(tag: str, cell: Cell, kind: str) -> str:
    pictures = [cell] if isinstance(cell, Picture) else cell if isinstance(cell, Sequence) else []
    if isinstance(cell, str) or not pictures:
        content = _text(_plain(cell))
    else:
        content = "".join(picture.html() for picture in pictures if isinstance(picture, Picture))
    return f'<{tag} style="{_STYLES[kind]}">{content}</{tag}>'


def _plain(cell: Cell) -> str:
    if isinstance(cell, Picture):
        return cell.text()
    if isinstance(cell, str | None):
        return shorten(cell or "")
    if isinstance(cell, Sequence):
        texts = list(dict.fromkeys(map(_plain, cell)))  # once for several pictures of a landmark
        more = [f"{len(texts) - _LISTED} more"] if len(texts) > _LISTED else []
        return ", ".join([*texts[:_LISTED], *more])
    return f"{cell:.5f}" if isinstance(cell, float) else str(cell)


def _text(text: str) -> str:
    return escape(shorten(text))
