"""The process of a run: `python -P -m harness.running.worker FOLDER DESCRIPTOR`.

It reads its policy, and restricts itself, before it imports anything that starts threads or a line of the solution. The
input is in the file of the descriptor, see `harness.running.run_input`. What it prints goes to the log of the run.
"""

import os
import pickle
import sys
from pathlib import Path

from harness.sandbox.policy import SandboxPolicy
from harness.sandbox.restriction import restrict
from harness.shared_memory import ignore_missing_shared_memory, remove_shared_memory


def main(folder: Path, descriptor: int) -> None:
    """Restrict this process, and execute the job."""
    ignore_missing_shared_memory()
    with open(descriptor, "rb") as file:
        file.seek(0)  # another process may have read it
        sandbox = restrict(SandboxPolicy.from_json(file.readline().decode()))
        from harness.running.job_execution import execute
        from harness.supervision.child_process import end_with_starter

        end_with_starter()
        job, split = pickle.load(file)  # noqa: S301 (our parent has written it)
    execute(job, split, folder, sandbox)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
    remove_shared_memory(os.getpid(), since=0)  # semaphores of joblib, which exit handlers would remove
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # do not wait for threads that the solution left running
