"""The files that the words of a command or the address of a database name: other processes read them unseen."""

import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

_MOST, _LONGEST = 200, 4096  # words of a command; characters of a path
_SEPARATORS = re.compile(r"[\s'\"`=,;()\[\]{}<>|&]+")


def named_files(command: object, folder: object = None) -> Iterator[str]:
    """Yield the paths of files that exist and whose names stand in a command: a text, or a sequence of words.

    Relative names begin at `folder`, by default the current one. Names within code, such as that of `sh -c`, count too.
    """
    words = [command] if isinstance(command, str | bytes | os.PathLike) else command
    if not isinstance(words, list | tuple):
        return
    for word in words[:_MOST]:
        text = os.fsdecode(word)
        for name in dict.fromkeys([text, *_SEPARATORS.split(text)[:_MOST]]):
            path = os.path.join(os.fsdecode(folder), name) if isinstance(folder, str | bytes | os.PathLike) else name
            if 0 < len(name) <= _LONGEST and "\0" not in path and os.path.isfile(path):
                yield path


def database_file(address: object) -> object:
    """Return the path of an SQLite database from its address, which may be a URI such as `file:a.db?mode=ro`.

    >>> database_file("file:/tmp/a%20b.db?mode=ro"), database_file("c.db")
    ('/tmp/a b.db', 'c.db')
    """
    if not isinstance(address, str) or not address.startswith("file:"):
        return address
    path = unquote(re.split(r"[?#]", address.removeprefix("file:"))[0])
    return re.sub(r"^//(?:localhost)?(?=/)", "", path)
