"""End all descendants of this process, which has adopted orphans: see `adopt_orphans`.

The supervisor imports this module, so it uses the standard library only.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from harness.supervision.descendants import child_ids, parent_id

PATIENCE_S = 10.0  # for processes that the kernel does not end at once
_LONGEST_S = 60.0  # for processes that start others all the time
_FEW = 10
_PAUSE_S = 0.001


def end_descendants(reap: Callable[[], bool]) -> int:
    """Kill descendants until none is left, and return how many are left when no more end, usually 0.

    `reap` waits for the children that have ended and returns whether any child is left. A process that changes all the
    time, because each one starts another and ends, is caught in one of many rounds.
    """
    started = changed = time.monotonic()
    seen = set[int]()
    while reap():
        alive = _kill_tree()
        now = time.monotonic()
        changed = now if alive - seen else changed
        if now > min(changed + PATIENCE_S, started + _LONGEST_S):
            return len(alive)
        if len(alive) > _FEW or alive <= seen:
            time.sleep(_PAUSE_S)  # they need time of a processor to end
        seen |= alive
    return 0


def _kill_tree() -> set[int]:
    """Kill each child, then its children and so on, and return them; a process that is being killed starts no other."""
    own = os.getpid()
    queue = [(own, each) for each in child_ids(own)]
    for parent, each in queue:  # it grows meanwhile
        if parent == own:
            _kill_child(each)
        else:
            _kill_grandchild(each, {own, parent})
        queue += [(each, child) for child in child_ids(each)]
    return {each for _, each in queue}


def _kill_child(process_id: int) -> None:
    """Kill a child with its group; its id is not used again before this process waits for it."""
    with suppress(OSError):
        os.kill(process_id, signal.SIGKILL)
        group = os.getpgid(process_id)
        if group != os.getpgrp():
            os.killpg(group, signal.SIGKILL)


def _kill_grandchild(process_id: int, parents: set[int]) -> None:
    """Kill a process unless it has ended meanwhile and its id is that of another one, with other parents."""
    with suppress(OSError):
        process = os.pidfd_open(process_id)
        try:
            if parent_id(process_id) in parents:
                signal.pidfd_send_signal(process, signal.SIGKILL)
        finally:
            os.close(process)
