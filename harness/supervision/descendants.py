"""The descendants of a process on Linux and their memory, from `/proc`.

The supervisor imports this module, so it uses the standard library only.
"""

import os
from collections.abc import Iterable

_MEMORY = b"RssAnon:", b"RssShmem:"
_EXACT = b"Pss_Anon:", b"Pss_Shmem:"


def child_ids(process_id: int) -> list[int]:
    """Return the process ids of the children of a process, also of those that ended and were not waited for."""
    try:
        tasks = os.listdir(f"/proc/{process_id}/task")
    except OSError:  # it ended in the meantime
        return []
    return [int(each) for task in tasks for each in _read(f"/proc/{process_id}/task/{task}/children").split()]


def parent_id(process_id: int) -> int:
    """Return the id of the parent of a process, 0 if that has ended."""
    fields = _read(f"/proc/{process_id}/stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def descendant_ids(process_id: int, limit: int) -> list[int]:
    """Return the process ids of children, grandchildren and so on; at most about `limit` of them."""
    found = child_ids(process_id)
    for each in found:  # it grows meanwhile
        if len(found) > limit:
            break
        found += child_ids(each)
    return found


def memory_mb(process_ids: Iterable[int], *, exact: bool = False) -> float:
    """Return the sum of the memory of processes in MB: anonymous and shared memory, without the pages of files.

    A page that several processes share counts for each of them; with `exact` it is divided among them, which takes
    milliseconds for each GB.
    """
    if exact:
        return sum(_exact_kb(each) for each in process_ids) * 1024 / 1e6
    return sum(_sum_kb(_read(f"/proc/{each}/status"), _MEMORY) for each in process_ids) * 1024 / 1e6


def oom_kills() -> int:
    """Return how many processes of this machine the kernel has ended for lack of memory since it started."""
    for line in _read("/proc/vmstat").splitlines():
        if line.startswith(b"oom_kill "):
            return int(line.split()[1])
    return 0


def _exact_kb(process_id: int) -> int:
    text = _read(f"/proc/{process_id}/smaps_rollup")
    if _EXACT[0] in text:
        return _sum_kb(text, _EXACT)
    return _sum_kb(_read(f"/proc/{process_id}/status"), _MEMORY)


def _sum_kb(text: bytes, names: tuple[bytes, ...]) -> int:
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(names))


def _read(path: str) -> bytes:
    """Return the content of a file of `/proc`, and nothing if the process ended or the file is not readable."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        parts = [os.read(descriptor, 1 << 16)]
        while parts[-1]:
            parts.append(os.read(descriptor, 1 << 16))
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
