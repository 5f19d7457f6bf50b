"""The installed distribution that a top-level package belongs to, its version, and the list of its files.

`importlib.metadata.packages_distributions` reads all metadata; this reads that of one distribution where names agree.
"""

import os
import re
from base64 import urlsafe_b64decode
from functools import lru_cache

from harness.digest_cache import DigestCache
from harness.running.dependencies.file_reads import Stat, file_stat

_INFO = ".dist-info", ".egg-info"
_NONE = "-"  # among digests, which are not empty
_MARGIN_NS = 60_000_000_000  # an installer writes its list within this time after the files


def has_distributions(folder: str) -> bool:
    """Return whether distributions are installed in a folder."""
    return bool(_information(folder, file_stat(folder)))


def find_distribution(folder: str, package: str, digests: DigestCache) -> str:
    """Return the name of the metadata folder of the distribution that installed a package; "" if there is none."""
    stat = file_stat(folder)
    found = digests.get(f"distribution\0{folder}\0{stat}\0{package}", lambda: _find(folder, stat, package) or _NONE)
    return "" if found == _NONE else found


def distribution_name(information: str) -> str:
    """Return the name of a distribution as in `pip list`, from that of its metadata folder."""
    return information.partition("-")[0].removesuffix(".egg").replace("_", "-")


def distribution_version(folder: str, information: str) -> str:
    """Return the version of a distribution, "" if it has none."""
    for name in ("METADATA", "PKG-INFO"):
        path = os.path.join(folder, information, name)
        version = _version(path, file_stat(path))
        if version:
            return version
    return information.removesuffix(".dist-info").removesuffix(".egg-info").partition("-")[2]


def installed_digest(folder: str, information: str, name: str, stat: Stat) -> str:
    """Return the SHA-256 of a file as the installer noted it; "" unless the file is as old and as long as then."""
    path = os.path.join(folder, information, "RECORD")
    state = file_stat(path)
    if not information or state is None or stat[2] > state[2] + _MARGIN_NS:
        return ""
    listed, line = b"\n" + _read(path, state), b"\n%b,sha256=" % os.fsencode(name)
    place = listed.find(line) + len(line)
    size = listed[place + 43 : place + 64].partition(b"\n")[0].strip()
    found = place >= len(line) and size == b",%d" % stat[0]
    return urlsafe_b64decode(listed[place : place + 43] + b"=").hex() if found else ""


@lru_cache(maxsize=64)
def _information(folder: str, _: Stat | None) -> tuple[str, ...]:
    try:
        return tuple(name for name in sorted(os.listdir(folder or ".")) if name.endswith(_INFO))
    except (OSError, ValueError):
        return ()


def _find(folder: str, stat: Stat | None, package: str) -> str:
    wanted = _normal(package.partition(".")[0])
    names = sorted(_information(folder, stat), key=lambda name: _normal(distribution_name(name)) != wanted)
    return next((name for name in names if _installed(folder, name, package, wanted)), "")


def _installed(folder: str, information: str, package: str, wanted: str) -> bool:
    path = os.path.join(folder, information, "RECORD")
    listed = _read(path, file_stat(path))
    if listed:
        name = os.fsencode(package)
        return any(b"\n%b%b" % (name, end) in listed or listed.startswith(name + end) for end in (b"/", b","))
    path = os.path.join(folder, information, "top_level.txt")
    names = _read(path, file_stat(path)).decode("utf-8", "replace").split()
    return package.partition(".")[0] in names or _normal(distribution_name(information)) == wanted


@lru_cache(maxsize=500)
def _read(path: str, stat: Stat | None) -> bytes:
    if stat is None or stat[0] > 1 << 26 or not os.path.isfile(path):
        return b""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


@lru_cache(maxsize=500)
def _version(path: str, stat: Stat | None) -> str:
    match = re.search(rb"(?mi)^Version:[ \t]*([^\s]{1,60})", _read(path, stat)[:20_000])
    return match[1].decode("ascii", "replace") if match else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
