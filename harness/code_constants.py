"""Files that texts in source code name, such as `"model.onnx"`: code outside of Python may open them unseen."""

import ast
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

_MAX_PATH = 255
_MAX_FOLDERS, _MAX_PATHS = 8, 5_000  # that one file names; that are looked up for it
_MAX_SOURCE = 1_000_000  # bytes


def files_in_code(source: str) -> Iterator[str]:
    """Yield the files that the texts in a source file name.

    Names may be relative to the current folder, to that of the file, or to a folder that another text names.
    """
    try:
        with open(source, "rb") as file:
            texts = sorted(_texts(file.read(_MAX_SOURCE)))
    except OSError:
        return
    roots = ["", os.path.dirname(source)]
    named = [path for path in _joined(roots, texts) if os.path.isdir(path)][:_MAX_FOLDERS]
    yield from filter(os.path.isfile, _joined(roots + named, texts))


def _joined(folders: list[str], names: list[str]) -> Iterator[str]:
    paths = dict.fromkeys(os.path.join(folder, name) for folder in folders for name in names)
    return islice(paths, _MAX_PATHS)


@lru_cache(maxsize=50)
def _texts(source: bytes) -> frozenset[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    texts = {os.fsdecode(value) for value in values if isinstance(value, str | bytes) and len(value) <= _MAX_PATH}
    return frozenset(text for text in texts if text and text.isprintable())
