"""`landmark serve` and `landmark report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._options import DatabaseOption, Folder, WorkspaceOption
from harness.cli._output import note, progress, say
from harness.progress import heard_by

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
    from harness.web.server import LOCAL, listening, local_site, serve_forever
    from harness.workspace import Workspace

    opened = Workspace.open(workspace)
    if teams or db:
        from harness.web.team.server import serve_teams

        serve_teams(opened, on or [], db or str(opened.database), (host, port), largest, say)
        return
    if host not in LOCAL:
        note("note: whoever reaches this address sees all of it, the truth too; --teams lets only teams in")
    site = local_site(opened, on or [], host)
    with listening(host, port) as (listener, address):
        say(f"{address} shows {opened.folder}; Ctrl+C ends it")
        serve_forever(site, listener)


def report(
    *,
    on: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("board.html"),
    entries: Annotated[int, typer.Option("--entries", min=1, help="The best of each task that are looked into.")] = 20,
    queries: Annotated[int, typer.Option("--queries", min=0, help="Queries of each task that are shown.")] = 500,
    workspace: WorkspaceOption = None,
) -> None:
    """Write boards, entries and what they got wrong as one file that opens from disk.

    It holds thumbnails, scores of the private part, and which answers are right: it is for those who may know them.
    """
    from harness.atomic_files import write_whole
    from harness.delivery.sidecar import require_writable
    from harness.errors import HarnessError
    from harness.web.server import require_serving
    from harness.workspace import Workspace

    require_serving()
    require_writable(out)
    from harness.web.report.page import report_page
    from harness.web.report.routes import report_of

    with progress() as listener, heard_by(listener("")):
        found = report_of(on, Workspace.open(workspace), entries=entries, queries=queries)
    page = report_page(found)
    try:
        write_whole(out, page)
    except OSError as error:
        raise HarnessError(f"{out}: cannot be written: {error.strerror or error}") from None
    shown = sum(len(task.queries) for task in found.tasks)
    size = f"{len(page.encode()) / 1e6:.1f} MB"
    say(f"{out}: {size}, {shown} queries, {len(found.images)} thumbnails; it opens in any browser")
