"""Why a run failed if it was not its solution: a full or read-only disk, or a competition that changed meanwhile.

The process of a run is not believed: this looks at the disk and at the files itself.
"""

import os
import pickle
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.data.split import Split
from harness.place_errors import explain_os_error
from harness.running.dependencies.file_reads import Stat, file_stat
from harness.running.outcome import Outcome
from harness.running.planned_run import PlannedRun

_ROOM = 64_000_000  # bytes; with less a run may have failed for lack of room
_PROBE = 1 << 16  # bytes
_ADDRESS_SPACE = 4 << 30  # bytes; libraries reserve more than they use
_OUT_OF_MEMORY = "MemoryError", "SIGSEGV", "bad_alloc", os.strerror(12), "failed to map segment"
_TABLES = "train.csv", "index.csv", "test.csv"


def table_states(competition: Path) -> dict[str, Stat | None]:
    """Return the state of each table of a competition, as it is now."""
    return {name: file_stat(str(competition / name)) for name in _TABLES}


def place_fault(run: PlannedRun, folder: Path, outcome: Outcome, tables: Mapping[str, Stat | None]) -> str | None:
    """Return in one line what was wrong with disk or competition while a run was executed; None if nothing was.

    `tables` are the states of the tables when the run was planned.
    """
    if outcome.kind == "place":
        return outcome.reason
    if outcome.reason is not None and (fault := _disk_fault(folder, outcome.reason) or _memory_fault(outcome.reason)):
        return fault
    if outcome.reason is not None or outcome.undecodable:
        return _competition_fault(Path(run.job.folder), run.inputs, tables)
    return None


def _disk_fault(folder: Path, reason: str) -> str | None:
    probe = folder / ".probe"
    try:
        with probe.open("wb") as file:
            file.write(os.urandom(_PROBE))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        error.filename = str(folder)
        return f"the folder of the run cannot be written: {explain_os_error(error)}"
    finally:
        _remove(probe)
    is_full = os.strerror(28) in reason or os.strerror(122) in reason  # ENOSPC, EDQUOT
    if is_full and shutil.disk_usage(folder).free < _ROOM:
        return f"{folder}: the disk is full; make room, or choose another workspace by --workspace"
    return None


def _memory_fault(reason: str) -> str | None:
    """Return that the address space of every process is limited, if a run ended as such a limit ends one."""
    if not any(word in reason for word in _OUT_OF_MEMORY) or not sys.platform.startswith("linux"):
        return None
    from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit  # Windows has none

    limit = getrlimit(RLIMIT_AS)[0]
    if limit == RLIM_INFINITY or limit >= _ADDRESS_SPACE:
        return None
    return f"{limit >> 20} MB of address space are too little for a run: raise the limit of this shell (ulimit -v)"


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _competition_fault(folder: Path, split: Split, tables: Mapping[str, Stat | None]) -> str | None:
    for name, state in tables.items():
        if file_stat(str(folder / name)) != state:
            return f"{folder / name}: changed or went missing while runs were going on; run the same command again"
    for images in (split.data.train, split.data.index, split.queries):
        if pickle.loads(pickle.dumps(images)).fingerprint != images.fingerprint:  # noqa: S301 (our own copy, which looks anew)
            return f"{folder}: images changed or went missing while runs were going on; run the same command again"
    return None
