"""Names of columns that differ from the expected ones only by case, blanks, quotes or invisible characters."""

from __future__ import annotations

from collections.abc import Sequence


def normalise_column(name: str) -> str:
    r"""Return a column name in lower case, without blanks and quotes around it and without invisible characters.

    >>> normalise_column(" Usage"), normalise_column("'ID'"), normalise_column("\ufeffimages\u200b")
    ('usage', 'id', 'images')
    """
    visible = "".join(letter for letter in name if letter.isprintable() or letter.isspace())
    return visible.strip(" \t\r\n\xa0'\"`").casefold()


def misspelt_columns(header: Sequence[str], expected: Sequence[str]) -> dict[str, str]:
    """Return expected name -> name in the header, for those that it has only in another spelling.

    >>> misspelt_columns(["id", "usage ", "Images"], ["id", "images", "Usage"])
    {'images': 'Images', 'Usage': 'usage '}
    """
    by_name = {normalise_column(name): name for name in reversed(header)}
    missing = (name for name in expected if name not in header)
    return {name: by_name[normalise_column(name)] for name in missing if normalise_column(name) in by_name}
