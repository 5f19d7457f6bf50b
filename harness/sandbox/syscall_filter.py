"""A seccomp filter: it refuses to set limits and priorities of other processes, and to read keys of the kernel.

Landlock keeps a process from sending signals, but a limit of no CPU time ends another process just as well. The filter
is a program of classic BPF, see `man 2 seccomp` and the kernel's userspace-api/seccomp_filter.
"""

import ctypes
import errno
import os
import struct
import sys

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_X32 = 0x40000000  # system calls of another interface of x86-64 begin here
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
# architecture, prlimit64, setpriority, ioprio_set, add_key, request_key, keyctl
_MACHINES = {
    "x86_64": (0xC000003E, 302, 141, 251, 248, 249, 250),
    "aarch64": (0xC00000B7, 261, 140, 30, 217, 218, 219),
}
_Instruction = tuple[int, int, int, int]  # code, jumps if true and false, constant


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def filter_system_calls() -> bool:
    """Refuse such system calls in this thread and all that it starts; false where that is not possible."""
    numbers = _MACHINES.get(os.uname().machine) if sys.platform == "linux" and sys.byteorder == "little" else None
    if numbers is None:
        return False
    code = b"".join(struct.pack("=HBBI", *each) for each in _instructions(*numbers))
    library = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not library.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0)


def _instructions(architecture: int, limits: int, priority: int, io_priority: int, *keys: int) -> list[_Instruction]:
    """Return the program. A jump counts the instructions that it leaves out."""
    refuse, allow = (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)
    program = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), refuse, (_LOAD, 0, 0, _NUMBER)]
    program += [(_AT_LEAST, 0, 1, _X32), refuse]
    for number in keys:
        program += [(_EQUAL, 0, 1, number), refuse]
    checks = ((limits, [*_allow_zero(0), *_allow_zero(2)]), (priority, _allow_zero(1)), (io_priority, _allow_zero(1)))
    for number, allowed in checks:  # this process itself, or a pointer to no new limit
        program += [(_EQUAL, 0, len(allowed) + 1, number), *allowed, refuse]
    return [*program, allow]


def _allow_zero(argument: int) -> list[_Instruction]:
    """Return instructions that allow the call if an argument, counted from 0, is zero in all of its 64 bits."""
    low = _ARGUMENTS + 8 * argument
    return [(_LOAD, 0, 0, low), (_EQUAL, 0, 3, 0), (_LOAD, 0, 0, low + 4), (_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW)]
