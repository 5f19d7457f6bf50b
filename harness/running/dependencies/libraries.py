"""Installed distributions whose modules a run imported: name, version, and a digest of the imported files."""

import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from harness.digest_cache import DigestCache
from harness.running.dependencies.distributions import (
    distribution_name,
    distribution_version,
    find_distribution,
    has_distributions,
    installed_digest,
)
from harness.running.dependencies.file_reads import file_stat

_LARGE = 1 << 20  # bytes; the digest of a larger file is that of the installer's list, if the file is unchanged since
_PROJECT = os.path.dirname(__file__).removesuffix(os.path.join("harness", "running", "dependencies"))
_OWN = tuple(
    os.path.join(_PROJECT, name, "") for name in ("harness", "landmark", "leaderboard", "metrics", "solutions", "tools")
)
_MAX_NAMES = 8_000_000  # bytes of the names of a library's files


@dataclass(frozen=True)
class Library:
    """A top-level package in a folder of installed distributions.

    `files` are the names of the imported files, compressed. `state` is a digest of their sizes and times, `content` of
    what is in them. `information` is the name of its metadata folder, empty if no distribution lists the package;
    `version` is empty if the package is gone.
    """

    folder: str
    package: str
    information: str
    version: str
    files: str
    state: str
    content: str

    @property
    def name(self) -> str:
        """Return the name of the distribution, or of the package."""
        return distribution_name(self.information) or self.package


def group_libraries(
    files: Iterable[str], search_path: Sequence[str], digests: DigestCache
) -> tuple[list[Library], list[str]]:
    """Return the libraries that files belong to, and the files that are in none."""
    folders = library_folders(search_path)
    groups: dict[tuple[str, str], list[str]] = {}
    others: list[str] = []
    for file in files:
        folder = next((each for each in folders if file.startswith(each)), None)
        if folder is not None:
            name = file[len(folder) :]
            groups.setdefault((folder.rstrip(os.sep), name.partition(os.sep)[0]), []).append(name)
        elif file.startswith(_OWN):
            name = file[len(_PROJECT) :]
            groups.setdefault((_PROJECT.rstrip(os.sep), name.partition(os.sep)[0]), []).append(name)
        else:
            others.append(file)
    return [_library(*group, sorted(names), digests) for group, names in sorted(groups.items())], others


def library_folders(search_path: Sequence[str]) -> list[str]:
    """Return the folders where distributions are installed, with a separator at their end, the longest first."""
    folders = {folder.rstrip(os.sep) + os.sep for folder in search_path if folder and has_distributions(folder)}
    return sorted(folders, key=len, reverse=True)


def current_library(library: Library, digests: DigestCache) -> Library:
    """Return the library as it is now."""
    information = find_distribution(library.folder, library.package, digests)
    version = distribution_version(library.folder, information) if information else ""
    names = list(_unpack(library.files))
    state = _state(library.folder, names)
    present = replace(library, information=information, version=version, state=state)
    if state == library.state:
        return present
    return replace(present, content=_content(present, names, digests))


def _library(folder: str, package: str, names: list[str], digests: DigestCache) -> Library:
    information = find_distribution(folder, package, digests)
    version = distribution_version(folder, information) if information else ""
    packed = b64encode(zlib.compress(os.fsencode("\n".join(names)))).decode()
    library = Library(folder, package, information, version, packed, _state(folder, names), "")
    key = f"library\0{sha256(repr(library).encode('utf-8', 'surrogateescape')).hexdigest()}"
    return replace(library, content=digests.get(key, lambda: _content(library, names, digests)))


def _unpack(packed: str) -> Iterator[str]:
    names = zlib.decompressobj().decompress(b64decode(packed), _MAX_NAMES)
    return (os.fsdecode(name) for name in names.split(b"\n"))


def _state(folder: str, names: Sequence[str]) -> str:
    states = [file_stat(f"{folder}{os.sep}{name}") for name in names]
    return sha256(repr(states).encode()).hexdigest()[:32]


def _content(library: Library, names: Sequence[str], digests: DigestCache) -> str:
    digest = sha256()
    for name in names:
        path = os.path.join(library.folder, name)
        stat = file_stat(path)
        known = installed_digest(library.folder, library.information, name, stat) if stat and stat[0] > _LARGE else ""
        content = known or (digests.file(path, stat) if stat else "missing")
        digest.update(os.fsencode(f"{name}\0{content}\n"))
    return digest.hexdigest()[:32]
