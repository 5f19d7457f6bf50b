"""`landmark data show`, mounted by the entry point `data.show`. Nothing heavy is imported before it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def show(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("report.html"),
    images: Annotated[int, typer.Option("--images", min=1, max=1000, help="Images of each gallery.")] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")] = 0,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", metavar="DIR", help="Where descriptors are kept.")
    ] = None,
) -> None:
    """Show a competition's images and labels on one page: counts, imbalance, sizes, galleries, near-duplicates.

    The page is one file that opens from disk. Ground truth is not read.
    """
    from tools.data_page.analysis import surveyed
    from tools.data_page.page import facts, page

    house: Any = ctx.obj
    house.require_writable(out)
    competition, _ = house.open_competition(folder, workspace)
    with house.progress() as listener, house.heard_by(listener("")):
        survey = surveyed(competition, house.landmark_names(folder))
        house.write_whole(out, page(survey, seed, images))
    house.say(f"{out}: shows {len(survey.collection)} images; it opens in any browser")
    _print(facts(survey))


def _print(rows: list[tuple[str, str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_header=False, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout).print(table)
