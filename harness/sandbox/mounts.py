"""A mount namespace in which all is read-only but some folders: also times, owners and permissions of files.

Landlock does not guard those, nor the connection to a service by its socket file. Root can have such a namespace, and
on many systems other users too, in a user namespace.
"""

import ctypes
import os
from collections.abc import Sequence
from contextlib import suppress

_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000  # MS_BIND, MS_REC, MS_PRIVATE
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _READ_ONLY = 442, -100, 0x8000, 1
_HARMLESS = ("nscd", "resolve", "nvidia")  # parts of the paths of sockets that lookups of names and GPUs need
_MOST_SOCKETS = 1000


class _Attributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "namespace"))


def make_read_only(writable: Sequence[str]) -> bool:
    """Make all file systems read-only for this process, but the folders, and hide the sockets of services.

    Returns false, and changes nothing that matters, where the system does not allow it. Call it while the process has
    a single thread.
    """
    try:
        _enter_namespace()
        _mount("none", "/", _RECURSIVE | _PRIVATE)
        for path in writable:
            _mount(path, path, _BIND | _RECURSIVE)
        for path in service_sockets():
            with suppress(OSError):  # it went away, or lies elsewhere
                _mount(os.devnull, path, _BIND)
        _set_attributes("/", _Attributes(set=_READ_ONLY), _AT_RECURSIVE)
        for path in writable:
            _set_attributes(path, _Attributes(clear=_READ_ONLY), 0)
    except OSError:
        return False
    return True


def service_sockets() -> list[str]:
    """Return the paths of the socket files at which processes of this machine listen, without harmless ones."""
    with suppress(OSError), open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as table:
        rows = [line.rstrip("\n").split(maxsplit=7) for line in table]
        paths = {row[7] for row in rows if len(row) > 7 and row[3] == "00010000" and row[7].startswith("/")}
        return sorted(path for path in paths if not any(part in path for part in _HARMLESS))[:_MOST_SOCKETS]
    return []


def _enter_namespace() -> None:
    """Enter a mount namespace of this process; for users without the right to in a user namespace, as themselves."""
    user, group = os.geteuid(), os.getegid()
    if not _library().unshare(_NEW_MOUNTS):
        return
    _call(_library().unshare(_NEW_USER | _NEW_MOUNTS))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "wb", buffering=0) as file:
            file.write(text.encode())


def _mount(source: str, target: str, flags: int) -> None:
    _call(_library().mount(os.fsencode(source), os.fsencode(target), None, ctypes.c_ulong(flags), None))


def _set_attributes(path: str, attributes: _Attributes, flags: int) -> None:
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    library = _library()
    library.syscall.restype = ctypes.c_long
    _call(library.syscall(_MOUNT_SETATTR, _AT_FDCWD, os.fsencode(path), flags, ctypes.byref(attributes), size))


def _call(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
