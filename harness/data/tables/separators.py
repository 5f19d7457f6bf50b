"""Separators of columns in tables that are not separated by commas."""

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def separator_of(line: str) -> str | None:
    """Return the separator of the columns in a first line without commas, None if there is none.

    >>> separator_of("id;images"), separator_of("id,images")
    (';', None)
    """
    return None if "," in line else next((each for each in SEPARATORS if each in line), None)
