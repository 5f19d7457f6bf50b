"""Send a submission file to Kaggle, where its package is installed and credentials are at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from harness.errors import SubmissionError

TIMEOUT_S = 900.0  # for a file of some 200 MB


def require_kaggle() -> None:
    """Raise SubmissionError where the `kaggle` package is not installed."""
    if find_spec("kaggle") is None:
        raise SubmissionError("--send needs Kaggle's own package: pip install 'landmark[kaggle]'")


def send(file: Path, competition: str, message: str, timeout_s: float = TIMEOUT_S) -> str:
    """Submit a file to a competition and return what the site said.

    Raises SubmissionError with the reason where it was not accepted, and that the file itself is written.
    """
    wanted = {"competition": competition, "file": str(file.resolve()), "message": message}
    answer = _asked(wanted, timeout_s)
    if "sent" not in answer:
        raise SubmissionError(f"{file}: is written, and was not sent: {answer.get('refused')}")
    return answer["sent"]


def _asked(wanted: dict[str, str], timeout_s: float) -> dict[str, str]:
    command = [sys.executable, "-P", "-m", "harness.delivery.kaggle_process"]
    try:
        ended = subprocess.run(  # noqa: S603 (our own module in our own interpreter)
            command, input=json.dumps(wanted), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        return dict(json.loads(ended.stdout))
    except subprocess.TimeoutExpired:
        return {"refused": f"Kaggle did not answer within {timeout_s:g} s; see its page, the file may have arrived"}
    except ValueError:
        return {"refused": f"the kaggle package ended with code {ended.returncode}; try kaggle competitions list"}
