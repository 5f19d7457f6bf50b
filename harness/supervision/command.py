"""Start the command of a supervisor: in a session of its own, with pipes for its output and its messages.

The supervisor imports this module, so it uses the standard library only.
"""

import os
import signal
from contextlib import suppress

from harness.supervision.system_calls import die_with_parent, limit_tasks

MESSAGES_VARIABLE = "LANDMARK_MESSAGES"  # names the file descriptor for messages of the command to its supervisor
MAX_TASKS = 1000 + 200 * (os.cpu_count() or 1)  # processes or threads that a command may have at once
_FIRST_VICTIM = b"500"  # when memory runs out, the kernel ends this process rather than the one that the user sees
_NOT_STARTED = 127  # exit code, as of shells


def start_command(command: list[str], output: int, messages: int) -> int:
    """Start a command that ends with this process; return its process id.

    `output` and `messages` are the write ends of pipes. A command that cannot start exits with code 127.
    """
    process_id = os.fork()
    if not process_id:
        try:
            _replace_this_process(command, output, messages)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(_NOT_STARTED)
    return process_id


def _replace_this_process(command: list[str], output: int, messages: int) -> None:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.set_inheritable(messages, True)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
        signal.signal(number, signal.SIG_DFL)
    die_with_parent()
    limit_tasks(MAX_TASKS)
    _prefer_as_victim()
    environment = os.environ | {MESSAGES_VARIABLE: str(messages)}
    os.execvpe(command[0], command, environment)  # noqa: S606 (no shell)


def _prefer_as_victim() -> None:
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as file:
        file.write(_FIRST_VICTIM)
