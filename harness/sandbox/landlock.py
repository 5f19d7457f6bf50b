"""Landlock of Linux, by which a process gives up rights for itself and its descendants.

See `man 7 landlock` and the kernel's userspace-api/landlock. A right that a ruleset handles is refused everywhere but
where a rule allows it. Rules allow a right for a file, or for all that is below a folder. A later ruleset of the same
process can only take more rights away. Threads that were started before keep their rights.
"""

import ctypes
import os
import sys
from enum import IntFlag
from types import TracebackType
from typing import Self

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_VERSION_FLAG = 1
_PATH_RULE, _PORT_RULE = 1, 2
_PR_SET_NO_NEW_PRIVS = 38


class Right(IntFlag):
    """Rights on files and folders, as of <linux/landlock.h>."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_FOLDER = 1 << 3  # list its names
    REMOVE_FOLDER = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHARACTER_DEVICE = 1 << 6
    MAKE_FOLDER = 1 << 7
    MAKE_FILE = 1 << 8
    MAKE_SOCKET = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK_DEVICE = 1 << 11
    MAKE_SYMLINK = 1 << 12
    MOVE = 1 << 13  # to another folder, or link there (version 2)
    TRUNCATE = 1 << 14  # version 3
    DEVICE_CONTROL = 1 << 15  # ioctl of devices (version 5)


class PortRight(IntFlag):
    """Rights on TCP ports (version 4)."""

    BIND = 1 << 0
    CONNECT = 1 << 1


_OF_VERSION = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15}  # the first right that a version does not know
_OF_FILES = int(Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE | Right.DEVICE_CONTROL)
_PATH_ONLY = getattr(os, "O_PATH", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_SCOPES = 0b11  # abstract Unix sockets, signals (version 6)


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("ports", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


class _PortRule(ctypes.Structure):
    _fields_ = (("rights", ctypes.c_uint64), ("port", ctypes.c_uint64))


def landlock_version() -> int:
    """Return the version of Landlock's interface that this kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    version: int = _library().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    return max(0, version)


class Ruleset:
    """Rules that this thread will be bound by. It handles every right that the kernel knows, as a context manager."""

    def __init__(self) -> None:
        version = landlock_version()
        files = _OF_VERSION.get(version, 1 << 16) - 1
        attributes = _RulesetAttributes(files, 0b11 if version >= 4 else 0, _SCOPES if version >= 6 else 0)
        size = ctypes.sizeof(attributes) if version >= 6 else 16 if version >= 4 else 8
        self._system_call = _library().syscall
        self._files, self._ports = files, attributes.ports
        self._descriptor = self._call(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
        self._rule = _PathRule()
        self._rule_pointer = ctypes.byref(self._rule)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)

    def allow(self, path: str, rights: Right) -> None:
        """Allow rights on a file, or on a folder and all below it; a missing file and a link have no effect."""
        try:
            descriptor = os.open(path, _PATH_ONLY)
        except OSError:  # it went away
            return
        self._rule.folder, self._rule.rights = descriptor, int(rights) & self._files
        try:
            if self._system_call(_ADD_RULE, self._descriptor, _PATH_RULE, self._rule_pointer, 0):  # it is no folder
                self._rule.rights = int(rights) & self._files & _OF_FILES
                self._call(_ADD_RULE, self._descriptor, _PATH_RULE, self._rule_pointer, 0)
        finally:
            os.close(descriptor)

    def allow_port(self, port: int, rights: PortRight) -> None:
        """Allow rights on a TCP port; port 0 is any that the system chooses."""
        if self._ports:
            self._call(_ADD_RULE, self._descriptor, _PORT_RULE, ctypes.byref(_PortRule(rights, port)), 0)

    def restrict_thread(self) -> None:
        """Bind this thread, and all threads and processes that it starts later, by the rules."""
        if _library().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise _error()
        self._call(_RESTRICT_SELF, self._descriptor, 0)

    def _call(self, *arguments: object) -> int:
        result: int = self._system_call(*arguments)
        if result < 0:
            raise _error()
        return result


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"Landlock: {os.strerror(number)}")
