"""Digests of the files that an extractor or a fit may read: those that its parameters and its code name."""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path

from harness.code_constants import files_in_code

_OWN = {"harness", "landmark", "leaderboard", "metrics", "solutions", "tools"}
_INSTALLED = {"site-packages", "dist-packages"}


def file_facts(values: Iterable[object], modules: Iterable[str]) -> dict[str, str]:
    """Return the digest of each file that a value, or a text in the code of a plug-in's modules, names.

    Code of this project and of installed packages is left out: it has keys and versions for what it reads.
    """
    named = [str(value) for value in values if isinstance(value, str | Path) and _is_path(str(value))]
    sources = [source for module in modules for source in _plugin_source(module)]
    paths = {*named, *(path for source in sources for path in files_in_code(source))}
    return {path: digest for path in sorted(paths) if (digest := _digest(path))}


def _is_path(value: str) -> bool:
    return ("." in value or os.sep in value) and len(value) < 4096 and "\0" not in value and os.path.isfile(value)


def _plugin_source(module: str) -> Iterator[str]:
    file = str(getattr(sys.modules.get(module), "__file__", None) or "")
    if module.partition(".")[0] not in _OWN and file.endswith(".py") and not _INSTALLED & set(Path(file).parts):
        yield file


def _digest(path: str) -> str:
    try:
        status = os.stat(path)
        return _content(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    except OSError:
        return ""


@lru_cache(maxsize=100)
def _content(path: str, *_: int) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()
