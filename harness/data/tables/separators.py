"""Separators of columns in tables that are not separated by commas."""

import re
from pathlib import Path

from harness.data.tables.compressed import open_decompressed

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_QUOTED_CELL = re.compile(r'\ufeff?"[^"]*"\s*?([;\t|])')
_EXCEL = re.compile(r'"?sep=([,;\t|])"?,*')
_LONGEST_CELL = 1 << 12  # bytes


def separator_of(line: str) -> str | None:
    """Return the separator of the columns in a first line without commas, None if there is none.

    >>> separator_of("id;images"), separator_of("id,images")
    (';', None)
    """
    return None if "," in line else next((each for each in SEPARATORS if each in line), None)


def excel_separator(line: str) -> str | None:
    r"""Return the separator that the first line of a table tells Excel, None for any other line.

    >>> excel_separator("sep=;\r\n"), excel_separator("id;images")
    (';', None)
    """
    match = _EXCEL.fullmatch(line.lstrip("\ufeff").rstrip("\r\n"))
    return match[1] if match else None


def quoted_separator(path: Path) -> tuple[str, str | None]:
    """Return the first line of a table, and the separator after its first cell if that is quoted, else None.

    Raises DataError for a file that cannot be read.
    """
    with open_decompressed(path) as stream:
        line = stream.read(_LONGEST_CELL).decode("utf-8", "replace").split("\n")[0].rstrip("\r")
    match = _QUOTED_CELL.match(line)
    return line, match[1] if match else None
