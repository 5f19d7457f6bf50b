"""The input of a worker process: its sandbox, its job and the split, in a file that only it inherits.

The worker opens no table of the competition, so that a sandbox can hide them from its very start. The file has a line
of JSON, which the worker reads before it sets the sandbox, and then a pickle that the parent has written.
"""

import pickle
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile

from harness.data.split import Split
from harness.errors import WorkspaceError
from harness.place_errors import explain_os_error
from harness.running.outcome import RunJob
from harness.running.run_environment import run_environment, temporary_folder
from harness.running.run_policy import own_store_of, run_policy, shared_stores
from harness.sandbox.policy import Mode, SandboxPolicy
from harness.workspace import Workspace


@dataclass(frozen=True)
class RunInput:
    """A job, the images and labels that its solution gets, and what its process may read and write."""

    job: RunJob
    split: Split
    policy: SandboxPolicy


@dataclass(frozen=True)
class WorkerStart:
    """What a worker process inherits: the descriptor of its input, and its environment variables."""

    descriptor: int
    environment: Mapping[str, str]


@contextmanager
def prepare_worker(
    job: RunJob, split: Split, folder: Path, mode: Mode, environment: Mapping[str, str]
) -> Iterator[WorkerStart]:
    """Yield what the worker of a run in a folder inherits; at the end its temporary files are deleted.

    Raises WorkspaceError if the workspace cannot be written.
    """
    own_store = own_store_of(job, mode)
    stores = shared_stores(Workspace(Path(job.workspace))) if own_store is None else [own_store]
    run = RunInput(job, split, run_policy(job, folder, mode, stores))
    with temporary_folder(folder) as temporary, open_input(run, folder) as descriptor:
        own = (
            dict(environment)
            if mode == "off"
            else run_environment(environment, temporary, own_store, trusted=own_store is None)
        )
        yield WorkerStart(descriptor, own)


@contextmanager
def open_input(run: RunInput, folder: Path) -> Iterator[int]:
    """Yield the descriptor of a file without a name in a folder, which holds the input without the ground truth.

    Raises WorkspaceError if it cannot be written.
    """
    split = replace(run.split, data=replace(run.split.data, seed=run.job.seed), ground_truth=None)
    content = pickle.dumps((run.job, split), pickle.HIGHEST_PROTOCOL)
    with ExitStack() as stack:
        try:
            file = stack.enter_context(TemporaryFile(dir=folder))
            file.write(run.policy.to_json().encode() + b"\n" + content)
            file.flush()
        except OSError as error:
            error.filename = str(folder)
            raise WorkspaceError(explain_os_error(error)) from None
        yield file.fileno()
