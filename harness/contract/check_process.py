"""Check a solution in a process of its own, with a time limit, and in a sandbox if it is a plug-in."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

from harness.contract.answer_comparison import TOLERANCE
from harness.contract.check import ClauseResult
from harness.contract.checking_process import BY_ITSELF, FRAMES, REQUEST, RESULTS, CheckRequest
from harness.contract.code_location import location_in_dump
from harness.errors import SolutionError
from harness.regular_file import read_regular
from harness.running.run_environment import run_environment
from harness.running.run_policy import process_policy
from harness.running.user_code import code_folder
from harness.sandbox.policy import SandboxPolicy
from harness.supervision.child_process import ChildProcess, start_process
from harness.temporary_files import temporary_folder
from leaderboard.safe_text import make_printable

DEFAULT_TIMEOUT_S = 300.0
_POLL_S = 0.05
_MAX_OUTPUT, _MAX_REASON = 1 << 20, 2000  # characters
_IN_TIME = "ends in time"


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
        (folder / REQUEST).write_text(json.dumps(asdict(request)), encoding="utf-8")
        (folder / RESULTS).touch()
        with TemporaryFile() as output, (folder / RESULTS).open(encoding="utf-8", errors="replace") as results:
            process = _start(folder, spec, register, output.fileno())
            try:
                yield from _results(process, results, folder, timeout_s)
            finally:
                process.close()
                _show(os.pread(output.fileno(), _MAX_OUTPUT, 0))


def _start(folder: Path, spec: str, register: Path | None, output: int) -> ChildProcess:
    is_plugin = code_folder(spec, register) is not None
    policy = process_policy(folder) if is_plugin else SandboxPolicy("off")
    command = [sys.executable, "-P", "-m", "harness.contract.checking_process", str(folder), policy.to_json()]
    environment = run_environment(os.environ, folder, folder / "own_store") if is_plugin else None
    return start_process(command, output, environment=environment)


def _results(process: ChildProcess, results: TextIO, folder: Path, timeout_s: float) -> Iterator[ClauseResult]:
    deadline, rest = time.monotonic() + timeout_s, ""
    while True:
        end = process.wait(_POLL_S)
        *lines, rest = (rest + results.read(_MAX_OUTPUT)).split("\n")
        for line in lines:
            result = _parse(line)
            if result is None:
                return
            yield result
        if end and not lines:
            yield ClauseResult(BY_ITSELF, f"its process ended with code {end.code} during the check")
            return
        if time.monotonic() > deadline:
            yield ClauseResult(_IN_TIME, _timeout_text(folder, timeout_s))
            return


def _parse(line: str) -> ClauseResult | None:
    """Return the result in a line, None for the end; SolutionError for an error, or a line that the solution wrote."""
    try:
        result = json.loads(line)
        if result is None:
            return None
        if "error" not in result:
            violation = result["violation"]
            texts = str(result["clause"]), None if violation is None else str(violation), str(result["note"])
            return ClauseResult(*texts)
        reason = str(result["error"])
    except (ValueError, TypeError, KeyError, RecursionError):
        reason = "its process wrote into the file of the results of the check"
    raise SolutionError(make_printable(reason[:_MAX_REASON]))


def _show(output: bytes) -> None:
    """Write to standard error what the solution has printed."""
    if output and sys.__stderr__:
        sys.__stderr__.write(make_printable(output.decode("utf-8", "replace"), "\n\t"))


def _timeout_text(folder: Path, timeout_s: float) -> str:
    frames = ""
    with suppress(OSError, ValueError):
        frames = read_regular(folder / FRAMES, _MAX_OUTPUT).decode(errors="replace")
    where = location_in_dump(frames)
    return f"stopped after {timeout_s:g} s (--timeout)" + (f" at {where}" if where else "")
