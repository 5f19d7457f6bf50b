"""`landmark serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import DatabaseOption, WorkspaceOption
from harness.cli.output import say

Folders = Annotated[
    list[Path] | None,
    typer.Option("--on", metavar="DIR", help="A competition's folder; others are found by the runs of the workspace."),
]


def serve(
    *,
    on: Folders = None,
    workspace: WorkspaceOption = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen; the default is reached from this machine.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = 8000,
    teams: Annotated[bool, typer.Option("--teams", help="Let teams in by their tokens, and nobody else.")] = False,
    db: DatabaseOption = None,
    largest: Annotated[
        int, typer.Option("--largest", min=1, metavar="MB", help="The largest file that a team may hand in.")
    ] = 512,
) -> None:
    """Show leaderboards, entries and what each got wrong in the browser; with --teams or --db to teams that hand in."""
    from harness.serving.server import listening, local_site, serve_forever
    from harness.workspace import Workspace

    opened = Workspace.open(workspace)
    if teams or db:
        from harness.serving.team.server import serve_teams

        serve_teams(opened, on or [], db or str(opened.database), (host, port), largest, say)
        return
    site = local_site(opened, on or [], host)
    with listening(host, port) as (listener, address):
        say(f"{address} shows {opened.folder}; Ctrl+C ends it")
        serve_forever(site, listener)
