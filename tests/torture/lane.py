"""Run the tries of a part in a process of its own, which may crash or hang, for a given time."""

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from tests.torture.part import Failure, Fault, Part, PartResult

CONTEXT = multiprocessing.get_context("forkserver")
_POLL_S = 0.1
_SEED, _STARTED, _UNITS = range(3)
_PREPARE_S = 180.0


def set_up_server() -> None:
    """Let new processes start with the heavy modules already imported."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    CONTEXT.set_forkserver_preload(["tests.torture.preload"])


def run_part(part: Part, folder: Path, seconds: float, seed: int = 0, tries: int | None = None) -> PartResult:
    """Try a part from a seed on, for so many seconds or tries; a crash or a hang is a failure, and the rest goes on."""
    result = PartResult(part.name, part.unit, skipped=part.reason_to_skip())
    started, next_seed = time.monotonic(), seed
    end = None if tries is None else seed + tries
    while result.skipped is None and time.monotonic() - started < seconds and next_seed != end:
        place = folder / f"{part.name}-{next_seed}"
        place.mkdir(parents=True)
        left = seconds - (time.monotonic() - started)
        last = _run_once(part, place, range(next_seed, 2**62 if end is None else end), left, result)
        if last is None:
            break
        next_seed = last + 1
    result.seconds = time.monotonic() - started
    return result


def _run_once(part: Part, place: Path, seeds: range, seconds: float, result: PartResult) -> int | None:
    """Run tries in a new process until it ends; return the last seed, None if the part cannot be prepared."""
    state = CONTEXT.Array("d", [seeds.start, time.monotonic(), 0], lock=False)
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_attempt_all, args=(part, place, seeds, seconds, theirs, state))
    process.start()
    theirs.close()
    reason = _watch(process, part, state, ours, result)
    last = int(state[_SEED])
    if reason is not None:
        result.failures.append(Failure(part.name, last, reason))
    result.units += int(state[_UNITS])
    if state[_STARTED] > 0:  # it could not be prepared
        return None
    return seeds.stop - 1 if reason is None else last


def _watch(process: Any, part: Part, state: Any, connection: Connection, result: PartResult) -> Fault | None:
    """Collect faults until the process ends; return why it did not end by itself."""
    limit = _PREPARE_S
    while True:
        ended = not process.is_alive()
        _collect(part, connection, result)
        if ended:
            return None if process.exitcode == 0 else _exit_fault(process.exitcode)
        if state[_UNITS] or state[_STARTED] < 0:
            limit = part.limit_s
        fault = _excess(process.pid, part, abs(state[_STARTED]), limit)
        if fault:
            kill_tree(process.pid)
            process.join()
            return fault
        process.join(_POLL_S)


def _excess(pid: int, part: Part, started: float, limit: float) -> Fault | None:
    used = 0.0
    with suppress(psutil.Error):
        used = psutil.Process(pid).memory_info().rss / 1e6
    if used > part.memory_mb:
        return Fault("hang", f"used {used:.0f} MB of memory")
    taken = time.monotonic() - started
    return Fault("hang", f"took more than {limit:g} s") if taken > limit else None


def _exit_fault(code: int) -> Fault:
    name = signal.Signals(-code).name if code < 0 else f"code {code}"
    return Fault("traceback", f"the process of the part ended with {name}")


def _collect(part: Part, connection: Connection, result: PartResult) -> None:
    with suppress(EOFError):
        while connection.poll():
            seed, faults = connection.recv()
            result.failures.extend(Failure(part.name, seed, fault) for fault in faults)


def kill_tree(pid: int) -> None:
    """Kill a process and all of its descendants."""
    with suppress(psutil.Error):
        for process in [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]:
            with suppress(psutil.Error):
                process.kill()


def _attempt_all(
    part: Part, place: Path, seeds: Sequence[int], seconds: float, connection: Connection, state: Any
) -> None:
    """Try until the time is over. The time of the start is negative as soon as the part is prepared."""
    started = time.monotonic()
    try:
        part.prepare(place)
    except Exception as error:  # noqa: BLE001 (the part cannot run, and says why)
        connection.send((seeds[0], [Fault("traceback", f"cannot be prepared: {type(error).__name__}: {error}")]))
        return
    deadline = max(started + seconds, time.monotonic() + seconds / 4)  # some tries after a long preparation
    for number in count():
        if number == len(seeds) or (number and time.monotonic() > deadline):
            break
        state[_SEED], state[_STARTED] = seeds[number], -time.monotonic()
        try:
            units, faults = part.attempt(seeds[number])
        except Exception:  # noqa: BLE001 (any exception of a try is a fault)
            units, faults = 1, [Fault("traceback", " | ".join(traceback.format_exc().splitlines()[-3:]))]
        state[_UNITS] += units
        if faults:
            connection.send((seeds[number], list(faults)))
