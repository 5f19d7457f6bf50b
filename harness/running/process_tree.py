"""Kill a process with its descendants; end a process with its parent."""

import os
import signal
import subprocess
import threading
from contextlib import suppress

import psutil


def kill_process_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all its descendants."""
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def end_with_parent() -> None:
    """Kill this process and its children when the parent closes the pipe to standard input."""
    pipe = os.dup(0)
    with open(os.devnull, "rb") as null:
        os.dup2(null.fileno(), 0)

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        if hasattr(os, "killpg"):
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
