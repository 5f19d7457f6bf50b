"""Tables of a competition under another name or in another format, which are not read."""

from __future__ import annotations

import os
import re
from pathlib import Path

from harness.errors import DataError

_SUFFIXES = r"csv|tsv|tab|psv|xlsx?|ods|parquet|feather|arrow|jsonl"
_LOOKALIKE = r"{stem}s?[\s_-]*(\(\d+\)|\d|copy|v2)?\.(({suffixes})(\.(gz|zip|bz2|xz|zst|txt|part))?)"


def refuse_misnamed_table(folder: Path, name: str) -> None:
    """Raise DataError if a table is missing and another file of the folder looks like it.

    Examples for test.csv: Test.csv, test.tsv, test.csv.gz, test (1).csv, test.xlsx.
    """
    if os.path.lexists(folder / name):
        return
    lookalike = find_lookalike(folder, name)
    if lookalike:
        raise DataError(f"{folder / lookalike}: is not read; save it as CSV under the name {name}, or move it away")


def find_lookalike(folder: Path, name: str) -> str | None:
    """Return the name of a file that looks like a table under another name, None if there is none."""
    stem, _, _ = name.partition(".")
    pattern = re.compile(_LOOKALIKE.format(stem=stem, suffixes=_SUFFIXES), re.IGNORECASE)
    try:
        names = os.listdir(folder)
    except OSError:  # the tables in there are read, or missed, elsewhere
        return None
    return min((each for each in names if each != name and pattern.fullmatch(each)), default=None)
