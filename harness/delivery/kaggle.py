"""Submit a file to Kaggle with its own package, in a subprocess."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from harness.errors import SubmissionError
from harness.installation import install_command

TIMEOUT_S = 900.0  # for a file of some 200 MB


def require_kaggle() -> None:
    """Raise SubmissionError if the `kaggle` package is not installed."""
    if find_spec("kaggle") is None:
        raise SubmissionError(f"--send needs Kaggle's own package; install it with: {install_command('kaggle')}")


def send(file: Path, competition: str, message: str, timeout_s: float = TIMEOUT_S) -> str:
    """Submit a file to a competition and return Kaggle's message; raise SubmissionError if it was not accepted."""
    request = {"competition": competition, "file": str(file.resolve()), "message": message}
    command = [sys.executable, "-P", "-m", "harness.delivery.kaggle_process"]
    try:
        process = subprocess.run(  # noqa: S603 (our own module in our own interpreter)
            command, input=json.dumps(request), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        response = dict(json.loads(process.stdout))
    except subprocess.TimeoutExpired:
        reason = f"Kaggle did not answer within {timeout_s:g} s; see its page, the file may have arrived"
    except ValueError:
        reason = f"the kaggle package ended with code {process.returncode}; try kaggle competitions list"
    else:
        if "sent" in response:
            return str(response["sent"])
        reason = str(response.get("refused"))
    raise SubmissionError(f"{file}: is written, and was not sent: {reason}")
