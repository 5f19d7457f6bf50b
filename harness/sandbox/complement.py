"""The paths that lie beside hidden ones, because Landlock can allow access but not take it away from a part."""

import os
from collections.abc import Collection, Iterator


def paths_beside(hidden: Collection[str], top: str = "/") -> Iterator[str]:
    """Yield the files and folders below `top` that hold and are none of the hidden ones.

    Each folder on the way to a hidden path is listed; of a folder without hidden paths only itself is yielded. Symbolic
    links are left out, since their targets are yielded. All paths are absolute and without links.
    """
    on_the_way = {parent for path in hidden for parent in _parents(path)}
    if top not in on_the_way:
        yield from [] if top in hidden else [top]
        return
    yield from _beside(top, frozenset(hidden), on_the_way)


def _beside(folder: str, hidden: frozenset[str], on_the_way: set[str]) -> Iterator[str]:
    try:
        entries = os.scandir(folder)
    except OSError:  # it went away, is no folder or cannot be listed
        return
    with entries:
        for entry in entries:
            if entry.path in hidden or entry.is_symlink():
                continue
            if entry.path in on_the_way:
                yield from _beside(entry.path, hidden, on_the_way)
            else:
                yield entry.path


def _parents(path: str) -> Iterator[str]:
    """Yield the folders above an absolute path, from the nearest to the root."""
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent
