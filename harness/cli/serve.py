"""`landmark serve`: leaderboards in the browser, and the team server."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._options import DatabaseOption, WorkspaceOption
from harness.cli._output import note, say

Folders = Annotated[
    list[Path] | None,
    typer.Option("--on", metavar="DIR", help="Folder of a competition; default: all with runs in the workspace."),
]


def serve(
    *,
    on: Folders = None,
    workspace_dir: WorkspaceOption = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; default: this machine only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0: any free port.")] = 8000,
    teams: Annotated[bool, typer.Option("--teams", help="Run a team server; users sign in with tokens.")] = False,
    db: DatabaseOption = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", metavar="ADDRESS", help="Address or network of a reverse proxy that is trusted."),
    ] = None,
    webhook_network: Annotated[
        list[str] | None,
        typer.Option("--webhook-network", metavar="NETWORK", help="Private network that webhooks of teams may reach."),
    ] = None,
    largest: Annotated[int, typer.Option("--largest", min=1, metavar="MB", help="Size limit of uploads.")] = 512,
) -> None:
    """Serve leaderboards, entries and query results in the browser; with --teams or --db as a team server.

    Example: landmark serve --port 8765
    """
    from harness.web.permissions import LOCAL_HOSTS
    from harness.web.server import local_site, open_socket, serve_forever, valid_proxies
    from harness.workspace import Workspace

    proxies = valid_proxies(proxy or [])
    workspace = Workspace.open(workspace_dir)
    if teams or db:
        from harness.web.team.server import serve_teams

        location = db or str(workspace.database)
        serve_teams(workspace, on or [], location, (host, port), largest, say, proxies, webhook_network or [])
        return
    if host not in LOCAL_HOSTS:
        note("note: this address shows everything, including the ground truth; use --teams to require sign-in")
    site = local_site(workspace, on or [], host)
    with open_socket(host, port) as (listener, address):
        say(f"{address} shows {workspace.folder}; stop with Ctrl+C")
        serve_forever(site, listener, proxies)
