"""Convert a network in a process of its own: `python -m solutions.descriptors.networks.conversion SPEC FOLDER`.

The process that describes images then needs none of the libraries that models are defined with.
"""

import os
import subprocess
import sys
from pathlib import Path

from harness import HarnessError, make_printable
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.registry import find_source

DESCRIPTION, _REASON = "network.json", "reason.txt"
_LONGEST_REASON = 300


def convert_in_subprocess(spec: NetworkSpec, folder: Path) -> None:
    """Write the converted network and its description into an existing folder.

    Raises HarnessError, in one line, if that fails.
    """
    paths = [str(Path(__file__).parents[3]), *(path for path in sys.path if path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
    command = [sys.executable, "-P", "-m", "solutions.descriptors.networks.conversion", spec.to_json(), str(folder)]
    process = subprocess.run(  # noqa: S603 (this interpreter)
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    reason = folder / _REASON
    if reason.exists():
        raise HarnessError(reason.read_text(encoding="utf-8"))
    if process.returncode or not (folder / DESCRIPTION).exists():
        last = make_printable(" ".join(process.stderr.split()[-40:])) or f"exit status {process.returncode}"
        raise HarnessError(f"{spec.name}: its conversion failed: {last[-_LONGEST_REASON:]}")


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
