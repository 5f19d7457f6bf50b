"""The files of commands in progress: their names, which die with their processes, and requests to stop a run.

A file is named as temporary ones are, so that one of a killed process is noticed and removed also after another process
has got its number, see `harness.temporary_files`.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from harness.running.live.interruption import interrupt
from harness.running.live.state import FOLDER, LiveCommand, load_command
from harness.temporary_files import abandoned_entries, process_of, remove_abandoned, temporary_sibling
from harness.workspace import Workspace

_COMMAND, _STOP = ".command.", ".stop-{}."
_MAX_COMMANDS = 100
_RUN = re.compile("[0-9a-f]{16}")


def new_live_file(folder: Path) -> Path:
    """Return an unused path in a folder for what this process publishes."""
    return temporary_sibling(folder / f"{_COMMAND.strip('.')}.json")


def command_words(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command as one types it: the program by its name alone.

    >>> command_words(["/usr/bin/landmark", "run", "hash"]), command_words(["/x/landmark/__main__.py", "tune"])
    (['landmark', 'run', 'hash'], ['landmark', 'tune'])
    """
    program = Path(arguments[0] if arguments else "python")
    name = program.parent.name if program.name == "__main__.py" else program.name
    return [name or "python", *arguments[1:]]


def live_commands(workspace: Workspace) -> dict[str, LiveCommand]:
    """Return the commands in progress by the names of their files, the earliest first; remove files of dead ones."""
    found = {name: command for name, path in _files(workspace) if (command := load_command(path))}
    return dict(sorted(found.items(), key=lambda item: item[1].started))


def _files(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    folder = workspace.folder / FOLDER
    dead = {entry.name for entry in abandoned_entries(folder)}
    if dead:
        remove_abandoned(folder)
    with suppress(OSError):
        names = sorted(name for name in os.listdir(folder) if name.startswith(_COMMAND) and name not in dead)
        yield from ((name, folder / name) for name in names[:_MAX_COMMANDS])


def stop_command(workspace: Workspace, file: str) -> bool:
    """Interrupt a command as Ctrl-C does; return whether it was still in progress."""
    if file not in live_commands(workspace):
        return False
    return interrupt(process_of(file), lambda: file in live_commands(workspace))


def request_stop(workspace: Workspace, file: str, run: str) -> bool:
    """Ask a command to stop one of its runs; return whether it was still in progress."""
    command = live_commands(workspace).get(file)
    if command is None or run not in {each.id for each in command.runs}:
        return False
    _request(workspace.folder / FOLDER / file, run).touch()
    return True


def is_stop_requested(file: Path, run: str) -> bool:
    """Return whether another process has asked to stop a run of the command with this file; the request is removed."""
    request = _request(file, run)
    if not os.path.lexists(request):
        return False
    with suppress(OSError):
        request.unlink()
    return True


def _request(file: Path, run: str) -> Path:
    if not _RUN.fullmatch(run) or not file.name.startswith(_COMMAND):
        raise ValueError(f"{file.name!r}, {run!r}: names no run in progress")
    return file.with_name(_STOP.format(run) + file.name.removeprefix(_COMMAND))
