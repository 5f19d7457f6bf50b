"""Start a child process that ends with this one, with limits on all its descendants."""

import sys
from collections.abc import Mapping, Sequence

from harness.supervision import polled_process
from harness.supervision.descendants import descendant_ids, memory_mb
from harness.supervision.polled_process import PolledProcess, end_with_parent
from harness.supervision.process_end import ProcessLimits
from harness.supervision.supervised_process import SupervisedProcess

ChildProcess = SupervisedProcess | PolledProcess
_HAS_SUPERVISOR = sys.platform == "linux"
_MANY = 1000  # descendants, of which the memory of more is not measured


def start_process(
    command: Sequence[str],
    log: int,
    limits: ProcessLimits = ProcessLimits(),  # noqa: B008 (immutable)
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
) -> ChildProcess:
    """Start a command, whose output goes to the file of the descriptor `log`; see `SupervisedProcess`.

    It inherits the file descriptors `descriptors`. Call `close` in the end, also after an exception.
    """
    kind = SupervisedProcess if _HAS_SUPERVISOR else PolledProcess
    return kind(command, log, limits, environment, descriptors)


def process_tree_memory_mb(process_id: int) -> float:
    """Return the memory of a process and its descendants in MB, without the pages of files."""
    if _HAS_SUPERVISOR:
        return memory_mb([process_id, *descendant_ids(process_id, _MANY)])
    return polled_process.process_tree_memory_mb(process_id)


def end_with_starter() -> None:
    """Let this process end when the one ends that has started it by `start_process`; call it first in its program."""
    if not _HAS_SUPERVISOR:
        end_with_parent()
