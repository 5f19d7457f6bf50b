"""Search ranges as they are stored in the file of a study, and back."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Mapping
from math import isfinite
from typing import Any

from harness.solution.search_space import Among, Range, Span


def range_facts(range_: Range) -> dict[str, Any]:
    """Return a range as plain values.

    >>> range_facts(Span(1, 8)), range_facts(Among("a", 2))
    ({'low': 1, 'high': 8, 'log': False, 'step': None}, {'values': ["'a'", '2']})
    """
    if isinstance(range_, Among):
        return {"values": [repr(value) for value in range_.values]}
    return {"low": range_.low, "high": range_.high, "log": range_.log, "step": range_.step}


def parse_range(facts: Mapping[str, Any]) -> Range:
    """Return the range of stored values; raises ValueError, TypeError or KeyError if they are damaged.

    >>> parse_range({"low": 1, "high": 8, "log": False, "step": None}), parse_range({"values": ["'a'", "2"]})
    (Span(low=1, high=8, log=False, step=None), Among('a', 2))
    """
    if "values" in facts:
        return Among(*(parse_value(str(text)) for text in facts["values"]))
    numbers = [facts["low"], facts["high"], *([] if facts["step"] is None else [facts["step"]])]
    if not all(isinstance(number, int | float) and isfinite(number) for number in numbers):
        raise ValueError("a range has numbers that are not finite")
    return Span(facts["low"], facts["high"], bool(facts["log"]), facts["step"])


def parse_value(text: str) -> Any:
    """Return the value that a text of Python denotes, or the text itself if it denotes none.

    >>> parse_value("'a'"), parse_value("2"), parse_value("<function>")
    ('a', 2, '<function>')
    """
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return text
