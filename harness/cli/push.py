"""`landmark push`: upload a submission file to a team server."""

import os
import stat
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli._options import Json
from harness.cli._output import format_score, note, print_json, say
from harness.errors import HarnessError
from harness.progress_display import progress
from leaderboard.safe_text import hide_credentials

TOKEN_VARIABLE = "LANDMARK_TOKEN"  # noqa: S105 (the name of a variable)
_PAUSE_S = 1.0
_UNFINISHED = ("queued", "running")


def push(
    submission: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, may be gzip or zip.")],
    *,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="Address of the team server.")],
    competition: Annotated[
        str | None,
        typer.Option("--competition", metavar="NAME", help="Needed if the server has several."),
    ] = None,
    message: Annotated[str, typer.Option("--message", help="A note for your team.")] = "",
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", metavar="FILE", help=f"File with the token (mode 600); default: ${TOKEN_VARIABLE}."
        ),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the file is scored or rejected.")] = False,
    json: Json = False,
) -> None:
    """Submit a file to a team server. With --wait, print its score, or its faults and exit with code 1.

    Example: landmark push submission.csv --to http://localhost:8765 --wait
    """
    from harness.delivery.team_client import TeamServer

    server = TeamServer(to, _token(token_file))
    if not submission.is_file():
        raise HarnessError(f"{submission}: there is no such file")
    target = _find_competition(server.competitions(), competition, to)
    _require_accepted(target, submission)
    with progress() as listen:
        update, total = listen(submission.name), submission.stat().st_size
        uploaded = server.push(
            submission, target["key"], message, lambda count: update("MB sent", count // 10**6, max(1, total // 10**6))
        )
    while wait and uploaded["status"] in _UNFINISHED:
        time.sleep(_PAUSE_S)
        before, uploaded = uploaded["report"], server.submission(uploaded["id"])
        if uploaded["status"] in _UNFINISHED and uploaded["report"] not in ([], before):
            note(uploaded["report"][0])
    _print_result(uploaded, submission, json=json)
    if uploaded["status"] in ("rejected", "failed"):
        raise typer.Exit(1)


def _token(file: Path | None) -> str:
    """Return the token from the environment, or from a file that only its owner can read."""
    if file is None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not token:
            raise HarnessError(f"token missing: set {TOKEN_VARIABLE}, or use --token-file")
        return token
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise HarnessError(f"{file}: is readable by other users; run: chmod 600 {file}")
    return file.read_text(encoding="utf-8", errors="replace").strip()


def _find_competition(competitions: list[dict[str, Any]], name: str | None, to: str) -> dict[str, Any]:
    matching = [one for one in competitions if name in (None, one["name"], one["key"])]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(one["name"] for one in competitions) or "none"
    what = (
        f"has no competition {name}" if name and not matching else "has several competitions; choose with --competition"
    )
    raise HarnessError(f"{hide_credentials(to)} {what} (available: {names})")


def _require_accepted(competition: dict[str, Any], file: Path) -> None:
    """Raise HarnessError before the upload if the server would reject the file."""
    if competition["over"]:
        raise HarnessError(f"{competition['name']}: submissions are closed since {competition['deadline']}")
    size, largest = file.stat().st_size, competition["largest_file"]
    if size > largest:
        raise HarnessError(
            f"{file}: {size / 1e6:.0f} MB exceed the limit of {largest / 1e6:.0f} MB; compress it with gzip"
        )


def _print_result(uploaded: dict[str, Any], file: Path, *, json: bool) -> None:
    if json:
        print_json(uploaded)
        return
    for line in uploaded["report"]:
        (note if uploaded["status"] == "scored" else say)(line)
    scores = uploaded["scores"].get("public", {})
    score = f", public {uploaded['metric']} {format_score(scores.get(uploaded['metric']))}" if scores else ""
    say(f"{file}: {uploaded['team']} #{uploaded['number']} is {uploaded['status']}{score} ({uploaded['id']})")
    if uploaded["status"] in _UNFINISHED:
        note("the page Submissions shows its score; with --wait the command prints it")
