"""Submit one file with the `kaggle` package, in a process of its own: it signs in on import, may exit, may hang.

`python -m harness.delivery.kaggle_process` reads a JSON object (competition, file, message) from standard input and
writes another: `sent` with Kaggle's message, or `refused` with the reason. Other output goes to standard error.
"""

import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any

_HINTS = {
    401: "; make a new token at https://www.kaggle.com/settings/api",
    403: "; join the competition and accept its rules on its page, and see that it is still open",
    404: "; see that --competition is the last part of its address",
}
NO_CREDENTIALS = (
    "there are no Kaggle credentials; make a token at https://www.kaggle.com/settings/api and put it into "
    "~/.kaggle/access_token or KAGGLE_API_TOKEN, or use kaggle auth login"
)


def main() -> None:
    """Submit the file of the request on standard input."""
    request = json.load(sys.stdin)
    with redirect_stdout(sys.stderr):
        response = _submit(request["competition"], request["file"], request["message"])
    json.dump(response, sys.stdout)


def _submit(competition: str, file: str, message: str) -> dict[str, str]:
    secrets: Mapping[str, Any] = {}
    try:
        api = import_module("kaggle").api
        api.authenticate()
        secrets = api.config_values
        reply = str(api.competition_submit(file, message, competition, quiet=True).message)
        if reply != api.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE:
            return {"sent": _redact(reply, secrets)}
        reason = "the upload broke off; try again"
    except SystemExit:
        reason = NO_CREDENTIALS
    except Exception as error:  # noqa: BLE001 (versions of the package raise different errors)
        reason = _reason(error)
    return {"refused": _redact(reason, secrets)}


def _reason(error: Exception) -> str:
    """Return why Kaggle did not accept the file: its message, or else the HTTP reason."""
    response = getattr(error, "response", None)
    if response is None:
        name = type(error).__name__
        return f"Kaggle cannot be reached ({name})" if isinstance(error, OSError) else f"{name}: {error}"
    message = " ".join(_message(response).split())[:500] or response.reason
    return f"Kaggle answered {response.status_code}: {message}{_HINTS.get(response.status_code, '')}"


def _message(response: Any) -> str:
    try:
        document = response.json()
        return str(document.get("message") or document.get("error") or "")
    except (ValueError, AttributeError):
        return "" if "<" in response.text else str(response.text)


def _redact(text: str, secrets: Mapping[str, Any]) -> str:
    """Return the text with keys and tokens replaced by an ellipsis."""
    for name in ("key", "token"):
        text = text.replace(str(secrets.get(name) or "\0"), "…")
    return text


if __name__ == "__main__":
    main()
