"""`landmark report`: leaderboards, entries and query results as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._options import Folder, WorkspaceOption
from harness.cli._output import say, write_file
from harness.progress import send_progress_to
from harness.progress_display import progress


def report(
    *,
    on: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The HTML file to write.")] = Path("board.html"),
    entries: Annotated[int, typer.Option("--entries", min=1, help="Number of best entries for each task.")] = 20,
    queries: Annotated[int, typer.Option("--queries", min=0, help="Number of queries to show for each task.")] = 500,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Write leaderboards, entries and query results as one HTML file.

    The file contains thumbnails, private scores and the ground truth: share it only with people who may see them.

    Example: landmark report --on demo --out report.html
    """
    from harness.atomic_files import require_writable
    from harness.web.server import require_serving
    from harness.workspace import Workspace

    require_serving()
    require_writable(out)
    from harness.web.report.build import build_report
    from harness.web.report.page import report_page

    with progress() as listener, send_progress_to(listener("")):
        html_report = build_report(on, Workspace.open(workspace_dir), entries=entries, queries=queries)
    page = report_page(html_report)
    write_file(out, page)
    n_queries = sum(len(section.queries) for section in html_report.sections)
    size = f"{len(page.encode()) / 1e6:.1f} MB"
    say(f"{out}: {size}, {n_queries} queries, {len(html_report.images)} thumbnails")
