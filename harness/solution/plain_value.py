"""Plain values: None, booleans, numbers, texts, and tuples, lists and dictionaries of them, written as literals."""

from __future__ import annotations

import ast
from cmath import isfinite

from harness.errors import SolutionError

_ATOMS = (type(None), bool, int, str, bytes)
_DEPTH = 20  # of nested containers, at most


def is_plain(value: object, depth: int = _DEPTH) -> bool:
    """Return whether a value can be written as a literal that is always the same.

    Sets are not plain: the order of their text differs from process to process. Infinity and NaN have no literal.

    >>> is_plain(("a", 1.5)), is_plain({"a"}), is_plain(float("nan"))
    (True, False, False)
    """
    if type(value) in _ATOMS:  # not a subclass, whose text may be anything
        return True
    if type(value) is float or type(value) is complex:
        return isfinite(value)
    parts = [part for pair in value.items() for part in pair] if type(value) is dict else value
    return type(parts) in (tuple, list) and depth > 0 and all(is_plain(each, depth - 1) for each in parts)  # type: ignore[attr-defined]  # a sequence


def read_literal(text: str) -> object:
    """Return the value of a literal; SolutionError if the text is none.

    >>> read_literal("('a', 1.5)")
    ('a', 1.5)
    """
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise SolutionError(f"{text[:80]!r} is no plain value") from None
