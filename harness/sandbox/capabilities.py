"""Capabilities of Linux: what root may do besides reading and writing files, of which solutions need little."""

import ctypes
import os

_CHOWN, _DAC_OVERRIDE, _FOWNER, _FSETID, _SETGID, _SETUID, _IPC_LOCK, _SYS_NICE = 0, 1, 3, 4, 6, 7, 14, 23
KEPT = (_CHOWN, _DAC_OVERRIDE, _FOWNER, _FSETID, _SETGID, _SETUID, _IPC_LOCK, _SYS_NICE)
_MOST = 63
_PR_CAPBSET_DROP = 24
_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def drop_capabilities() -> None:
    """Give up all capabilities of this thread and its later children but those of ordinary work with files.

    Without CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_RAWIO, CAP_DAC_READ_SEARCH and CAP_MKNOD root can mount nothing,
    read no memory of others or of the kernel, open no file by its handle and make no device. Other users have none.
    """
    library = ctypes.CDLL(None, use_errno=True)
    for number in set(range(_last_capability() + 1)) - set(KEPT):
        library.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)  # EPERM without CAP_SETPCAP: then it has no others either
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    if library.capget(ctypes.byref(header), sets):
        raise OSError(ctypes.get_errno(), "capget failed")
    kept = sum(1 << number for number in KEPT)
    for half, mask in enumerate((kept & 0xFFFFFFFF, kept >> 32)):
        sets[half].effective &= mask
        sets[half].permitted &= mask
        sets[half].inheritable = 0
    if library.capset(ctypes.byref(header), sets):
        raise OSError(ctypes.get_errno(), "capset failed")


def _last_capability() -> int:
    try:
        with open("/proc/sys/kernel/cap_last_cap", "rb") as file:
            return int(file.read())
    except OSError:  # /proc is not mounted
        return _MOST


def effective_capabilities() -> int:
    """Return the effective capabilities of this process as a mask of bits, as `/proc/self/status` shows them."""
    with open(f"/proc/{os.getpid()}/status", encoding="ascii") as file:
        return int(next(line.split()[1] for line in file if line.startswith("CapEff:")), 16)
