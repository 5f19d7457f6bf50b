"""Files that texts in source code name, such as `"model.onnx"`: code outside of Python may open them unseen."""

import ast
import os
from collections.abc import Iterator
from functools import lru_cache

_MAX_PATH = 255
_MAX_SOURCE = 1_000_000  # bytes


def files_in_code(source: str) -> Iterator[str]:
    """Yield the files that the texts in a source file name, relative to the current folder or to that of the file."""
    try:
        with open(source, "rb") as file:
            texts = _texts(file.read(_MAX_SOURCE))
    except OSError:
        return
    for text in texts:
        for path in dict.fromkeys((text, os.path.join(os.path.dirname(source), text))):
            if os.path.isfile(path):
                yield path


@lru_cache(maxsize=50)
def _texts(source: bytes) -> frozenset[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return frozenset(text for text in texts if 0 < len(text) <= _MAX_PATH and text.isprintable())
