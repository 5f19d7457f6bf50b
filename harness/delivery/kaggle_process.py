"""Submit one file by the `kaggle` package, in a process of its own: it signs in on import, may exit, may hang.

`python -m harness.delivery.kaggle_process` reads one JSON document (competition, file, message) from standard input
and writes another: `sent`, what the site said, or `refused`, why not. What the package prints goes to standard error.
"""

from __future__ import annotations

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
    """Answer the document on standard input."""
    wanted = json.load(sys.stdin)
    with redirect_stdout(sys.stderr):
        answer = _answer(wanted["competition"], wanted["file"], wanted["message"])
    json.dump(answer, sys.stdout)


def _answer(competition: str, file: str, message: str) -> dict[str, str]:
    secrets: Mapping[str, Any] = {}
    try:
        api = import_module("kaggle").api
        api.authenticate()
        secrets = api.config_values
        said = str(api.competition_submit(file, message, competition, quiet=True).message)
        if said != api.COMPETITION_SUBMIT_UPLOAD_FAILED_MESSAGE:
            return {"sent": _without(said, secrets)}
        reason = "the upload broke off; try again"
    except SystemExit:
        reason = NO_CREDENTIALS
    except Exception as error:  # noqa: BLE001 (another version of the package may raise anything)
        reason = _reason(error)
    return {"refused": _without(reason, secrets)}


def _reason(error: Exception) -> str:
    """Return why the site did not take the file: its own words, where it said more than a number."""
    response = getattr(error, "response", None)
    if response is None:
        name = type(error).__name__
        return f"Kaggle cannot be reached ({name})" if isinstance(error, OSError) else f"{name}: {error}"
    words = " ".join(_words(response).split())[:500] or response.reason
    return f"Kaggle answered {response.status_code}: {words}{_HINTS.get(response.status_code, '')}"


def _words(response: Any) -> str:
    try:
        said = response.json()
        return str(said.get("message") or said.get("error") or "")
    except (ValueError, AttributeError):
        return "" if "<" in response.text else str(response.text)


def _without(text: str, secrets: Mapping[str, Any]) -> str:
    """Return the text with no key or token in it."""
    for name in ("key", "token"):
        text = text.replace(str(secrets.get(name) or "\0"), "…")
    return text


if __name__ == "__main__":
    main()
