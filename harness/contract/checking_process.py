"""The process that checks a solution: `python -P -m harness.contract.checking_process FOLDER POLICY`.

It reads a `CheckRequest` from the folder and appends a line for each result there. The sandbox comes first, and all
large imports after it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.sandbox.policy import SandboxPolicy
from harness.sandbox.restriction import restrict
from harness.shared_memory import ignore_missing_shared_memory

REQUEST, RESULTS, FRAMES = "request.json", "results.jsonl", "frames.txt"
BY_ITSELF = "does not end the process"
_DUMP_S = 0.3  # before the end, the frames of a hanging solution are written


@dataclass(frozen=True)
class CheckRequest:
    """What to check, with which tolerance and until when, in seconds since 1970."""

    spec: str
    register: str | None
    tolerance: float
    deadline: float


def main(folder: Path, policy: SandboxPolicy) -> None:
    """Check the solution of the request in a folder, and write each result there as a line of JSON; null at the end."""
    ignore_missing_shared_memory()
    restrict(policy)
    from harness.supervision.child_process import end_with_starter

    request = CheckRequest(**json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    end_with_starter()
    with (folder / RESULTS).open("a", encoding="utf-8") as results, (folder / FRAMES).open("w") as frames:
        faulthandler.dump_traceback_later(max(0.1, request.deadline - time.time() - _DUMP_S), file=frames)
        for result in _checked(request):
            results.write(json.dumps(result) + "\n")
            results.flush()
        faulthandler.cancel_dump_traceback_later()


def _checked(request: CheckRequest) -> Iterator[dict[str, object] | None]:
    from harness.contract.check import ClauseResult, check_solution
    from harness.errors import HarnessError

    register = None if request.register is None else Path(request.register)
    try:
        yield from map(asdict, check_solution(request.spec, register, request.tolerance))
    except HarnessError as error:
        yield {"error": str(error)}
    except KeyboardInterrupt as error:  # of the solution: this process has a session of its own, without Ctrl+C
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        yield asdict(ClauseResult(BY_ITSELF, f"raises KeyboardInterrupt ({where}), as if the user had pressed Ctrl+C"))
    yield None


if __name__ == "__main__":
    main(Path(sys.argv[1]), SandboxPolicy.from_json(sys.argv[2]))
    os._exit(0)  # do not wait for threads that the solution left running
