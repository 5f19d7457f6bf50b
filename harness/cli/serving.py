"""`landmark serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import WorkspaceOption
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
) -> None:
    """Show leaderboards, entries and what each got wrong in the browser."""
    from harness.serving.server import listening, local_site, serve_forever
    from harness.workspace import Workspace

    opened = Workspace.open(workspace)
    site = local_site(opened, on or [], host)
    with listening(host, port) as (listener, address):
        say(f"{address} shows {opened.folder}; Ctrl+C ends it")
        serve_forever(site, listener)
