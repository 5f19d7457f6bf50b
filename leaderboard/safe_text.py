"""Functions that make user-supplied names safe to show."""

import re

MAX_NAME_LENGTH = 200  # characters of a name in a table
_USER_OF_URL = re.compile(r"(?<=://)(?:[^/?#\s:]*:\S*|[^/?#\s]*)@")  # a password may have a / by mistake
_SECRET_PARAMETER = re.compile(r"([?&][a-z_-]*(?:password|passwd|pwd|secret|token|key)=)[^&#\s'\"]*", re.IGNORECASE)


def make_printable(text: str, allowed: str = "") -> str:
    r"""Escape control characters, line breaks and bidirectional marks, except for `allowed` characters.

    >>> print(make_printable("two\nlines, \x1b[31mred\u202e"))
    two\nlines, \x1b[31mred\u202e
    """
    return "".join(c if c.isprintable() or c in allowed else c.encode("unicode_escape").decode("ascii") for c in text)


def shorten(text: str, length: int = MAX_NAME_LENGTH) -> str:
    """Make a text printable, and cut it to `length` characters with an ellipsis if it is longer.

    >>> shorten("abcdef", 4)
    'abc…'
    """
    text = make_printable(text[: length + 1])
    return text if len(text) <= length else text[: length - 1] + "…"


def hide_credentials(text: str) -> str:
    """Replace the user and the password of each URL in a text, and secrets in its query, by asterisks.

    >>> hide_credentials("http://ann:secret@host:5000/x?token=abc&page=2")
    'http://***@host:5000/x?token=***&page=2'
    """
    return _SECRET_PARAMETER.sub(r"\1***", _USER_OF_URL.sub("***@", text))


def escape_markdown(text: str) -> str:
    r"""Make a text printable and escape the special characters of Markdown and HTML.

    >>> print(escape_markdown("a|b <i> [c](d) max_size"))
    a\|b \<i\> \[c\](d) max\_size
    """
    return re.sub(r"([\\`*_\[\]<>|~&$])", r"\\\1", make_printable(text))


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}", '"': "''", "–": "--",
    "—": "---", "…": r"\ldots{}", "±": r"$\pm$", "Δ": r"$\Delta$", "▲": r"$\uparrow$", "▼": r"$\downarrow$",
    "↑": r"$\uparrow$", "↓": r"$\downarrow$", "[": "{[}", "]": "{]}", "-": "{-}",  # only behind another hyphen
}  # fmt: skip


def escape_latex(text: str) -> str:
    r"""Make a text printable and escape the special characters of LaTeX; signs of our tables become its commands.

    Letters of other scripts stay as they are: XeLaTeX and LuaLaTeX read them.

    >>> print(escape_latex("hash(kind='dct') & 5 % of a_b ± 1"))
    hash(kind=\textquotesingle{}dct\textquotesingle{}) \& 5 \% of a\_b $\pm$ 1
    """
    return re.sub(r"(?<=-)-|[^\w\s-]|_", lambda match: _LATEX.get(match[0], match[0]), make_printable(text))


def escape_formula(text: str) -> str:
    """Make a text printable, and put an apostrophe before one that a spreadsheet would read as a formula.

    >>> escape_formula("=1+1"), escape_formula("hash")
    ("'=1+1", 'hash')
    """
    text = make_printable(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
