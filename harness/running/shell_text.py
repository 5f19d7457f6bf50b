"""Words of a command as a shell reads them, quoted so that they are easy to read."""

import shlex
from collections.abc import Iterable


def quote(word: str) -> str:
    """Return a word as a shell reads it, in double quotes if it has only single ones.

    >>> print(quote("hash(kind='dct')"), quote("a b"), quote("hash"))
    "hash(kind='dct')" 'a b' hash
    """
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!\n') else shlex.quote(word)


def join_words(words: Iterable[str]) -> str:
    """Return a command to paste into a shell."""
    return " ".join(map(quote, words))
