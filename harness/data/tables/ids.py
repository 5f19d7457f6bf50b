"""Checks of image ids: safe in file names and lists, and not repeated."""

import re

import numpy as np

from harness.data.tables.cells import quote
from harness.data.tables.csv_table import CsvTable

MAX_LENGTH = 200  # characters; file names end at 255 bytes
_UNSAFE = re.compile(r"""^\.|[/\\,;:"'`<>|?*]|\s""")
_PLAIN = re.compile(r"[0-9A-Za-z_-]*")


def ids_of(table: CsvTable) -> np.ndarray:
    """Return the ids of a table `(n,)`; raises DataError for the first that is unsafe or repeated."""
    ids = table["id"]
    for row in unsafe_rows(ids)[:1]:
        advice = f"use letters, digits, '-', '_' and inner dots, at most {MAX_LENGTH} characters"
        table.reject(row, f"{quote(ids[row])} cannot be an image id; {advice}")
    for row in repeated_rows(ids)[:1]:
        table.reject(row, f"the id {quote(ids[row])} is repeated; remove one of the rows")
    return ids


def is_safe_id(image_id: str) -> bool:
    """Return whether an id can be part of a path and of a list separated by blanks.

    >>> is_safe_id("000088da12d664db"), is_safe_id("../secret"), is_safe_id("two words"), is_safe_id("")
    (True, False, False, False)
    """
    return 0 < len(image_id) <= MAX_LENGTH and image_id.isprintable() and not _UNSAFE.search(image_id)


def unsafe_rows(ids: np.ndarray) -> list[int]:
    """Return the rows with an id for which `is_safe_id` is false."""
    lengths = {*map(len, ids)} or {1}
    if 0 < min(lengths) <= max(lengths) <= MAX_LENGTH and _PLAIN.fullmatch("".join(ids)):
        return []  # ten times faster than checking each id
    return [row for row, image_id in enumerate(ids) if not is_safe_id(image_id)]


def repeated_rows(ids: np.ndarray) -> list[int]:
    """Return the rows with the id of an earlier row."""
    if len(set(ids)) == len(ids):
        return []
    first: dict[str, int] = {}
    return [row for row, image_id in enumerate(ids) if first.setdefault(image_id, row) != row]
