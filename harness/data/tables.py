"""The CSV tables of a competition, read whole and checked, or refused in one line."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

UNSAFE_ID = re.compile(r"""^\.|[\s/\\,;:"'`<>|?*]|[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e]""")
MAX_ID_LENGTH = 200  # file names end at 255 bytes
_PLAIN = re.compile(r"[0-9A-Za-z_-]*")
_LONGEST_HEADER = 1 << 16


def read_table(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> "pd.DataFrame":
    """Return the named columns of the table as text, in the order of the file.

    Raises DataError for a missing column, another encoding than UTF-8, or lines that are no CSV.
    """
    import pandas as pd

    header = read_header(path)
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(
            f"{path}: the first line must name the column{'s' * (len(columns) > 1)} {','.join(columns)}; "
            f"{','.join(missing)} is missing (found: {shown(','.join(header))})"
        )
    wanted = [name for name in header if name in columns or name in optional]
    try:
        table = pd.read_csv(
            path, usecols=wanted, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8-sig", index_col=False
        )
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as CSV: {shown(str(error).strip())}") from None
    return table[wanted]


def read_header(path: Path) -> list[str]:
    """Return the column names of a CSV file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(_LONGEST_HEADER)
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not UTF-8; save it as UTF-8 CSV") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if not line.strip():
        raise DataError(f"{path}: is empty; the first line must name the columns")
    if len(line) >= _LONGEST_HEADER:
        raise DataError(f"{path}: the first line is longer than {_LONGEST_HEADER} characters; is this a CSV table?")
    return next(csv.reader([line]))


def read_ids(path: Path, table: "pd.DataFrame") -> np.ndarray:
    """Return the ids of a table `(n,)`, each safe to be part of a file name and of a submission, none twice."""
    ids = table["id"].to_numpy(dtype=object)
    for line, image_id in unsafe_ids(ids):
        raise DataError(
            f"{path}, line {line}: {shown(image_id)} cannot be an image id; "
            "use letters, digits, '-', '_' and inner dots, at most 200 characters"
        )
    for line, image_id in repeated_ids(ids):
        raise DataError(f"{path}, line {line}: the id {shown(image_id)} stands there a second time; remove one of the rows")
    return np.asarray(ids)


def unsafe_ids(ids: np.ndarray) -> list[tuple[int, str]]:
    """Return line number and id of each id that could not be a file name of its own in a folder and a word in a list."""
    if len(ids) and _PLAIN.fullmatch("".join(ids)) and 0 < min(map(len, ids)) <= max(map(len, ids)) <= MAX_ID_LENGTH:
        return []  # the common case, twenty times faster than one by one
    return [(row + 2, image_id) for row, image_id in enumerate(ids) if not is_safe_id(image_id)]


def is_safe_id(image_id: object) -> bool:
    """Tell whether an id can be joined to a path and written in a list of ids.

    >>> is_safe_id("000088da12d664db"), is_safe_id("../secret"), is_safe_id("two words"), is_safe_id("")
    (True, False, False, False)
    """
    return isinstance(image_id, str) and 0 < len(image_id) <= MAX_ID_LENGTH and not UNSAFE_ID.search(image_id)


def repeated_ids(ids: np.ndarray) -> list[tuple[int, str]]:
    """Return line number and id of each row whose id an earlier row has."""
    import pandas as pd

    return [(int(row) + 2, ids[row]) for row in np.flatnonzero(pd.Series(ids, dtype=object).duplicated().to_numpy())]


def shown(text: object, longest: int = 80) -> str:
    """Return hostile text as one short, printable line.

    >>> print(shown("a\\nb" + 100 * "x"))
    'a\\nbxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
    """
    line = ascii(text) if not str(text).isprintable() else repr(str(text))
    return line if len(line) <= longest else line[: longest - 2] + "…" + line[0]
