"""`landmark data show`, the entry point `data.show`. Heavy modules are imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import Seed, WorkspaceOption

if TYPE_CHECKING:
    from harness.cli.plugin_commands import CommandContext


def show(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("report.html"),
    images: Annotated[int, typer.Option("--images", min=1, max=1000, help="Images per gallery.")] = 8,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a page about a competition's images and labels: counts, imbalance, sizes, galleries, near-duplicates.

    The page is one self-contained HTML file. Ground truth is not read.

    Example: landmark data show demo --out demo.html
    """
    from tools.data_page.analysis import analyse_collection
    from tools.data_page.page import facts, render_page

    context: CommandContext = ctx.obj
    context.require_writable(out)
    competition, _ = context.open_competition(folder, workspace)
    with context.progress() as listener, context.heard_by(listener("")):
        analysis = analyse_collection(competition, context.landmark_names(folder), context.source_files(folder))
        context.write_whole(out, render_page(analysis, seed, images))
    context.say(f"{out}: shows {len(analysis.collection)} images; open it in a browser")
    _print(facts(analysis))


def _print(rows: list[tuple[str, str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_header=False, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout).print(table)
