"""Check a solution in a process of its own, with a time limit.

`python -m harness.contract.check_process FOLDER` reads the request from the folder and writes a line per result there.
"""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.contract.answer_comparison import TOLERANCE
from harness.contract.check import ClauseResult, check_solution
from harness.contract.code_location import location_in_dump
from harness.errors import HarnessError, SolutionError
from harness.running.process_tree import end_with_parent, kill_process_tree
from harness.temporary_files import temporary_folder

DEFAULT_TIMEOUT_S = 300.0
_REQUEST, _RESULTS, _FRAMES = "request.json", "results.jsonl", "frames.txt"
_POLL_S = 0.05
_DUMP_S = 0.3  # before the end, the frames of a hanging solution are written
_IN_TIME, _BY_ITSELF = "ends in time", "does not end the process"


@dataclass(frozen=True)
class CheckRequest:
    """What to check, with which tolerance and until when, in seconds since 1970."""

    spec: str
    register: str | None
    tolerance: float
    deadline: float


def check_in_process(
    spec: str, register: Path | None = None, tolerance: float = TOLERANCE, timeout_s: float = DEFAULT_TIMEOUT_S
) -> Iterator[ClauseResult]:
    """Yield the results of `check_solution`, from another process that is killed after `timeout_s`.

    A solution that hangs or kills its process violates a clause too. What it prints goes to standard error. Raises
    SolutionError for a solution that cannot be loaded.
    """
    with temporary_folder() as name:
        folder = Path(name)
        request = CheckRequest(spec, None if register is None else str(register), tolerance, time.time() + timeout_s)
        (folder / _REQUEST).write_text(json.dumps(asdict(request)), encoding="utf-8")
        (folder / _RESULTS).touch()
        command = [sys.executable, "-P", "-m", "harness.contract.check_process", name]
        process = subprocess.Popen(  # noqa: S603 (our own module in our own interpreter)
            command, stdin=subprocess.PIPE, stdout=sys.__stderr__, start_new_session=True
        )
        try:
            yield from _results(process, folder, timeout_s)
        finally:
            kill_process_tree(process)


def _results(process: subprocess.Popen[bytes], folder: Path, timeout_s: float) -> Iterator[ClauseResult]:
    deadline, rest = time.monotonic() + timeout_s, ""
    with (folder / _RESULTS).open(encoding="utf-8") as file:
        while True:
            has_ended = process.poll() is not None
            *lines, rest = (rest + file.read()).split("\n")
            for line in lines:
                result = json.loads(line)
                if result is None:
                    return
                if "error" in result:
                    raise SolutionError(result["error"])
                yield ClauseResult(**result)
            if has_ended:
                yield ClauseResult(_BY_ITSELF, f"its process ended with code {process.returncode} during the check")
                return
            if time.monotonic() > deadline:
                yield ClauseResult(_IN_TIME, _timeout_text(folder, timeout_s))
                return
            time.sleep(_POLL_S)


def _timeout_text(folder: Path, timeout_s: float) -> str:
    frames = folder / _FRAMES
    where = location_in_dump(frames.read_text(encoding="utf-8", errors="replace")) if frames.exists() else ""
    return f"stopped after {timeout_s:g} s (--timeout)" + (f" at {where}" if where else "")


def main(folder: Path) -> None:
    """Check the solution of the request in a folder, and write each result there as a line of JSON; null at the end."""
    request = CheckRequest(**json.loads((folder / _REQUEST).read_text(encoding="utf-8")))
    end_with_parent()
    with (folder / _RESULTS).open("a", encoding="utf-8") as results, (folder / _FRAMES).open("w") as frames:
        faulthandler.dump_traceback_later(max(0.1, request.deadline - time.time() - _DUMP_S), file=frames)
        for result in _checked(request):
            results.write(json.dumps(result) + "\n")
            results.flush()
        faulthandler.cancel_dump_traceback_later()


def _checked(request: CheckRequest) -> Iterator[dict[str, object] | None]:
    register = None if request.register is None else Path(request.register)
    try:
        yield from map(asdict, check_solution(request.spec, register, request.tolerance))
    except HarnessError as error:
        yield {"error": str(error)}
    except KeyboardInterrupt as error:  # of the solution: this process has a session of its own, without Ctrl+C
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        yield asdict(ClauseResult(_BY_ITSELF, f"raises KeyboardInterrupt ({where}), as if the user had pressed Ctrl+C"))
    yield None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    os._exit(0)  # do not wait for threads that the solution left running
