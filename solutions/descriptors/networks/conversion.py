"""Convert a network in a process of its own: `python -m solutions.descriptors.networks.conversion SPEC FOLDER`.

The process that describes images then needs none of the libraries that models are defined with.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryFile

from harness import HarnessError, make_printable
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.registry import find_source

DESCRIPTION, _REASON = "network.json", "reason.txt"
_LONGEST_REASON = 300
_SECONDS = 3600.0  # large models may be fetched first
TIME_VARIABLE = "LANDMARK_CONVERSION_TIMEOUT"


def convert_in_subprocess(spec: NetworkSpec, folder: Path) -> None:
    """Write the converted network and its description into an existing folder.

    Raises HarnessError, in one line, if that fails.
    """
    paths = [str(Path(__file__).parents[3]), *(path for path in sys.path if path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
    command = [sys.executable, "-P", "-m", "solutions.descriptors.networks.conversion", spec.to_json(), str(folder)]
    status, errors = _run_limited(command, environment, spec.name)
    reason = folder / _REASON
    if reason.exists():
        raise HarnessError(reason.read_text(encoding="utf-8"))
    if status or not (folder / DESCRIPTION).exists():
        last = make_printable(" ".join(errors.split()[-40:])) or f"exit status {status}"
        raise HarnessError(f"{spec.name}: its conversion failed: {last[-_LONGEST_REASON:]}")


def _run_limited(command: list[str], environment: Mapping[str, str], name: str) -> tuple[int, str]:
    """Return the exit status of a command and what it wrote to standard error.

    It is killed after the time limit, which then raises HarnessError, and on any exception such as Ctrl-C. Errors go to
    a file, because processes that it started could hold a pipe open for ever.
    """
    limit = _time_limit()
    with TemporaryFile() as errors:
        try:
            process = subprocess.run(  # noqa: S603 (this interpreter)
                command, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=errors, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            raise HarnessError(
                f"{name}: its conversion took more than {limit:g} s; set {TIME_VARIABLE} to more seconds"
            ) from None
        errors.seek(0)
        return process.returncode, errors.read().decode(errors="replace")


def _time_limit() -> float:
    """Return the seconds that a conversion may take. Raises HarnessError if the variable is no number above 0."""
    text = os.environ.get(TIME_VARIABLE, "")
    try:
        limit = float(text or _SECONDS)
    except ValueError:
        limit = 0
    if not 0 < limit < threading.TIMEOUT_MAX:
        raise HarnessError(f"{TIME_VARIABLE}={text!r:.40} must be a number of seconds above 0")
    return limit


def main(arguments: list[str]) -> int:
    """Convert one network; write the reason into the folder if that fails."""
    spec, folder = NetworkSpec.from_json(arguments[0]), Path(arguments[1])
    reason = _conversion_error(spec, folder)
    if reason:
        (folder / _REASON).write_text(reason, encoding="utf-8")
    return int(bool(reason))


def _conversion_error(spec: NetworkSpec, folder: Path) -> str:
    """Convert the network, and return why that failed; an empty text if it did not."""
    try:
        find_source(spec).convert(spec, folder).write(folder / DESCRIPTION)
    except HarnessError as error:
        return str(error)
    except OSError as error:
        return f"{spec.name}: cannot be converted: {error.strerror or error}"
    except MemoryError:
        return f"{spec.name}: cannot be converted: there is not enough memory"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
