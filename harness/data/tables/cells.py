"""Values of single cells: whole numbers, and quoting for error messages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def parse_whole_numbers(texts: Sequence[str] | np.ndarray) -> np.ndarray | None:
    """Return texts of at most 18 decimal digits as int64 `(n,)`, or None if any text is something else.

    >>> parse_whole_numbers(["7", "012"]), parse_whole_numbers(["7", "-1"])
    (array([ 7, 12]), None)
    """
    joined = "".join(texts)
    lengths = {*map(len, texts)}
    if lengths and not (joined.isascii() and joined.isdecimal() and min(lengths) > 0 and max(lengths) <= 18):
        return None
    return np.array([*map(int, texts)], np.int64)


def quote(text: object, longest: int = 80) -> str:
    r"""Return untrusted text as one printable line in quotes, of at most `longest` characters.

    >>> print(quote("a\nb" + 100 * "x", longest=12))
    'a\nbxxxxx…'
    """
    head = str(text)[: longest + 1]
    line = repr(head) if head.isprintable() else ascii(head)
    return line if len(line) <= longest else line[: longest - 2] + "…" + line[0]
