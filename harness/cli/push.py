"""`landmark push`."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli._options import Json
from harness.cli._output import note, number, print_json, progress, say
from harness.errors import HarnessError

VARIABLE = "LANDMARK_TOKEN"
_PAUSE_S = 1.0


def push(
    submission: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file id,images or id,landmarks; gzip or zip too.")
    ],
    *,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The team server.")],
    competition: Annotated[
        str | None, typer.Option("--competition", metavar="NAME", help="Its name, if the server has several.")
    ] = None,
    message: Annotated[str, typer.Option("--message", help="What your team should know about it.")] = "",
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", metavar="FILE", help=f"Holds the token, for your eyes only; else {VARIABLE} does."
        ),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the score.")] = False,
    json: Json = False,
) -> None:
    """Hand a submission file in to a team server; exit code 1, and every reason, if it is rejected."""
    from harness.delivery.team_client import TeamServer

    server = TeamServer(to, _token(token_file))
    if not submission.is_file():
        raise HarnessError(f"{submission}: there is no such file")
    chosen = _chosen(server.competitions(), competition, to)
    _require_room(chosen, submission)
    with progress() as listen:
        heard, total = listen(submission.name), submission.stat().st_size
        made = server.push(
            submission, chosen["key"], message, lambda count: heard("MB sent", count // 10**6, max(1, total // 10**6))
        )
    while wait and made["status"] in ("queued", "running"):
        time.sleep(_PAUSE_S)
        made = server.submission(made["id"])
    _tell(made, submission, json=json)
    if made["status"] in ("rejected", "failed"):
        raise typer.Exit(1)


def _token(file: Path | None) -> str:
    """Return the token of the environment or of a file that nobody else can read."""
    if file is None:
        found = os.environ.get(VARIABLE, "").strip()
        if not found:
            raise HarnessError(f"a token is needed: set {VARIABLE}, or name a file with --token-file")
        return found
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise HarnessError(f"{file}: others can read it; chmod 600 {file}")
    return file.read_text(encoding="utf-8", errors="replace").strip()


def _chosen(competitions: list[dict[str, Any]], name: str | None, to: str) -> dict[str, Any]:
    found = [each for each in competitions if name in (None, each["name"], each["key"])]
    if len(found) == 1:
        return found[0]
    known = ", ".join(each["name"] for each in competitions) or "none"
    what = f"has no competition {name}" if name and not found else "has several competitions; choose by --competition"
    raise HarnessError(f"{to} {what} (there are: {known})")


def _require_room(competition: dict[str, Any], file: Path) -> None:
    """Say before anything is sent that it would not be taken."""
    if competition["over"]:
        raise HarnessError(f"{competition['name']}: was over at {competition['deadline']}; nothing more is taken")
    size, largest = file.stat().st_size, competition["largest_file"]
    if size > largest:
        raise HarnessError(
            f"{file}: has {size / 1e6:.0f} MB, and the server takes {largest / 1e6:.0f}; pack it by gzip"
        )


def _tell(made: dict[str, Any], file: Path, *, json: bool) -> None:
    if json:
        print_json(made)
        return
    for line in made["report"]:
        (note if made["status"] == "scored" else say)(line)
    scores = made["scores"].get("public", {})
    score = f", public {made['metric']} {number(scores.get(made['metric']))}" if scores else ""
    say(f"{file}: {made['team']} #{made['number']} is {made['status']}{score} ({made['id']})")
