"""Names as others wrote them, made safe to show."""

import re

MAX_NAME_LENGTH = 200  # characters of a name in a table for people


def make_printable(text: str) -> str:
    r"""`text` in one line without control characters, escape sequences or marks that turn the writing direction.

    >>> print(visible("two\nlines, \x1b[31mred\u202e"))
    two\nlines, \x1b[31mred\u202e
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shorten(text: str) -> str:
    """`text` made visible and, if it is very long, cut with an ellipsis."""
    return make_printable(text if len(text) <= MAX_NAME_LENGTH else text[: MAX_NAME_LENGTH - 1] + "…")


def escape_markdown(text: str) -> str:
    r"""`text` made visible, with nothing in it that Markdown or HTML reads as its own.

    >>> print(markdown("a|b <i> [c](d) max_size"))
    a\|b \<i\> \[c\](d) max\_size
    """
    return re.sub(r"([\\`*_\[\]<>|~&$])", r"\\\1", make_printable(text))


def escape_formula(text: str) -> str:
    """`text` made visible, with an apostrophe in front of what a spreadsheet would take for a formula.

    >>> spreadsheet("=1+1"), spreadsheet("hash")
    ("'=1+1", 'hash')
    """
    text = make_printable(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
