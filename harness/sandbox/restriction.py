"""Bind this process by a policy: Landlock and fewer capabilities where Linux has them, else an audit hook."""

import os
from collections.abc import Iterator, Sequence

from harness.errors import HarnessError
from harness.sandbox.aliases import all_paths, mounted_folders
from harness.sandbox.audit_hook import refuse_hidden_files
from harness.sandbox.capabilities import drop_capabilities
from harness.sandbox.complement import paths_beside
from harness.sandbox.devices import DEVICES, SHARED_MEMORY, harmless_devices
from harness.sandbox.landlock import PortRight, Right, Ruleset, landlock_version
from harness.sandbox.mounts import make_read_only
from harness.sandbox.policy import Mode, SandboxPolicy
from harness.sandbox.syscall_filter import filter_system_calls

_READ = Right.READ_FILE | Right.EXECUTE
_WRITE = (
    Right.WRITE_FILE
    | Right.TRUNCATE
    | Right.MAKE_FILE
    | Right.MAKE_FOLDER
    | Right.MAKE_SYMLINK
    | Right.MAKE_SOCKET
    | Right.MAKE_FIFO
    | Right.REMOVE_FILE
    | Right.REMOVE_FOLDER
    | Right.MOVE
)
_ENFORCED: list[bool] = []  # for each restriction of this process whether it has read-only mounts
_DEVICE = Right.READ_FILE | Right.WRITE_FILE | Right.DEVICE_CONTROL


def restrict(policy: SandboxPolicy) -> str:
    """Restrict this process and all that it starts by a policy, for good; return what enforces it.

    That is `landlock N`, with the version of its interface, also `landlock N, read-only mounts`, or `audit hook` or
    `off`. Call it before the process starts a thread. Raises HarnessError if the policy requires Landlock and the
    kernel lacks it.
    """
    if policy.mode == "off":
        return "off"
    version = landlock_version()
    if version:
        _require_single_thread()
        writable = [path for path in map(os.path.realpath, _written(policy)) if os.path.exists(path)]
        has_mounts = make_read_only(writable)
        if _is_bound_by_landlock(policy, writable):
            drop_capabilities()
            filter_system_calls()
            _ENFORCED.append(has_mounts)
            return f"landlock {version}" + ", read-only mounts" * has_mounts
    require_sandbox(policy.mode)
    refuse_hidden_files(policy.hidden)
    return "audit hook"


def _is_bound_by_landlock(policy: SandboxPolicy, writable: Sequence[str]) -> bool:
    """Return whether Landlock now restricts this process; false if it is in too many sandboxes and none is required."""
    try:
        _restrict_by_landlock(policy, writable)
    except OSError as error:
        if policy.mode == "require":
            raise HarnessError(f"--sandbox require: {error.strerror}; use --sandbox auto") from None
        return False
    return True


def require_sandbox(mode: Mode) -> None:
    """Raise HarnessError if the mode requires Landlock and this system lacks it."""
    if mode == "require" and not landlock_version():
        raise HarnessError(
            "--sandbox require: this system has no Landlock (Linux 5.13 or later has, where it is enabled); "
            "use --sandbox auto"
        )


def enforcement(mode: Mode) -> str:
    """Return what `restrict` returns for a policy of this mode on this system, except for the mounts."""
    version = landlock_version()
    return "off" if mode == "off" else f"landlock {version}" if version else "audit hook"


def is_restricted() -> bool:
    """Return whether Landlock restricts this process."""
    return bool(_ENFORCED)


def has_read_only_mounts() -> bool:
    """Return whether all but the writable folders is read-only for this process, so that writing is another error."""
    return any(_ENFORCED)


def _written(policy: SandboxPolicy) -> tuple[str, ...]:
    return (*policy.writable, SHARED_MEMORY) if policy.shares_memory else policy.writable


def _restrict_by_landlock(policy: SandboxPolicy, writable: Sequence[str]) -> None:
    with Ruleset() as rules:
        rules.allow("/", Right.READ_FOLDER)
        for path in _readable_paths(policy):
            rules.allow(path, _READ)
        for path in writable:
            rules.allow(path, _READ | _WRITE)
        for path in harmless_devices():
            rules.allow(path, _DEVICE)
        for port in policy.ports:
            rules.allow_port(port, PortRight.CONNECT)
        rules.allow_port(0, PortRight.BIND)
        rules.restrict_thread()


def _readable_paths(policy: SandboxPolicy) -> Iterator[str]:
    mounts = mounted_folders()
    hidden = {alias for path in (*policy.hidden, DEVICES) for alias in all_paths(os.path.realpath(path), mounts)}
    yield from paths_beside(hidden)
    yield from map(os.path.realpath, policy.readable)


def _require_single_thread() -> None:
    """Raise RuntimeError if the process has several threads, because Landlock does not bind those that exist."""
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads > 1:
        raise RuntimeError(f"a process restricts itself before it starts threads, and this one has {threads}")
