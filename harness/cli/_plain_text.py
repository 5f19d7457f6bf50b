"""ASCII characters in place of those that a terminal or a file cannot encode, one for one where tables need it."""

import codecs
import sys
from io import TextIOWrapper

ERRORS = "landmark-plain"  # the name of the handler, for `errors=`
_PLAIN = {
    "─": "-", "━": "-", "│": "|", "┃": "|", "═": "=", "║": "|", "—": "-", "–": "-", "−": "-", "‐": "-", "‑": "-",
    "…": "~", "↑": "^", "↓": "v", "▲": "^", "▼": "v", "△": "^", "▽": "v", "→": "->", "←": "<-", "Δ": "D", "±": "+-",
    "×": "x", "÷": "/", "·": ".", "•": "*", "≤": "<=", "≥": ">=", "≈": "~", "≠": "!=", "²": "2", "³": "3", "½": "1/2",
    "µ": "u", "μ": "u", "σ": "sigma", "α": "alpha", "°": " degrees", "√": "sqrt", "∞": "inf", "✓": "+", "✗": "x",
    "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip


def write_plain_text() -> None:
    """Let standard output and errors never fail to encode a character; they write its ASCII form instead."""
    codecs.register_error(ERRORS, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def to_plain_text(text: str) -> str:
    r"""Return a text in ASCII: signs of our tables by similar ones, all else escaped.

    >>> to_plain_text("public ↑ ── 0.5–0.6 名")
    'public ^ -- 0.5-0.6 \\u540d'
    """
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    if "\u2500" <= character <= "\u259f":  # the other corners of boxes, and bars
        return "+" if character < "\u2580" else "#"
    return character.encode("ascii", "backslashreplace").decode("ascii")


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_plain_text(error.object[error.start : error.end]), error.end
