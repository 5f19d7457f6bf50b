"""Wrap names and sentences to a number of terminal columns, between words where that is possible."""

from collections.abc import Iterator
from re import Pattern, split
from re import compile as pattern

_AFTER_WORD = pattern(r"(?<=[ ,])")
_IN_WORD = pattern(r"(?<=[_(=/.:-])")
INDENT = 2  # columns of every line but the first


def wrap(text: str, width: int) -> list[str]:
    """The lines of a text, at most `width` columns wide; lines after the first are indented.

    Lines end after a space or comma; else after an underscore, a bracket or another sign; and only if a piece is wider
    than a line, within it.

    >>> wrap("first_place(backbone='EfficientNetV2B0', dims=256, augmentation=10)", 44)
    ["first_place(backbone='EfficientNetV2B0',", '  dims=256, augmentation=10)']
    """
    lines: list[str] = []
    while text:
        indent = " " * INDENT if lines and width > 2 * INDENT else ""
        cut = _cut(text, width - len(indent))
        lines.append(indent + text[:cut].rstrip())
        text = text[cut:].lstrip()
    return lines or [""]


def pieces(text: str) -> list[str]:
    """The pieces of a text between which a line may end; together they are the text.

    >>> pieces("nearest(descriptor='crow')")
    ['nearest(', 'descriptor=', "'crow')"]
    """
    return split(rf"{_AFTER_WORD.pattern}|{_IN_WORD.pattern}", text)


def widest_piece(text: str) -> int:
    """The number of columns below which `wrap` has to break within a piece of a text.

    >>> widest_piece("first_place(dims=256)")
    8
    """
    from rich.cells import cell_len

    first, *others = [piece.strip() for piece in pieces(text)]
    return max([cell_len(first), *(cell_len(piece) + INDENT for piece in others)])


def _cut(text: str, width: int) -> int:
    """The number of characters for the next line."""
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return len(text)
    fitting = 0
    while fitting < len(text) and cell_len(text[: fitting + 1].rstrip()) <= width:
        fitting += 1
    for breaks in (_AFTER_WORD, _IN_WORD):
        if cuts := [cut for cut in _positions(breaks, text) if 0 < cut <= fitting]:
            return cuts[-1]
    return max(1, fitting)


def _positions(breaks: Pattern[str], text: str) -> Iterator[int]:
    return (match.start() for match in breaks.finditer(text))
