"""`landmark data`: draw a competition, check one, lay one out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._options import Jobs, Seed
from harness.cli._output import progress, say
from harness.cli.plugin_commands import WithPlugged

app = typer.Typer(
    cls=WithPlugged, no_args_is_help=True, help="Draw a competition, check one, or lay out folders of photos as one."
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")]


@app.command()
def make(
    folder: Folder,
    *,
    landmarks: Annotated[int, typer.Option(min=1, help="Buildings.")] = 40,
    seed: Seed = 7,
    difficulty: Annotated[float, typer.Option(min=0, max=1, help="0 easy to 1 hard.")] = 0.5,
    jobs: Jobs = None,
) -> None:
    """Draw the built-in competition: buildings in code, the same for the same seed."""
    from harness.cores import cores
    from harness.synthetic.competition import SyntheticCompetition

    drawn = SyntheticCompetition(landmarks=landmarks, seed=seed, difficulty=difficulty)
    with progress() as listener:
        hear = listener("")
        drawn.write(folder, jobs=jobs or cores(), progress=lambda done, total: hear("drawing images", done, total))
    say(f"{folder}: drawn; landmark run --on {folder} runs every solution on it")


@app.command()
def check(folder: Folder) -> None:
    """Report everything that is wrong with a competition's tables, images and ground truth, at once."""
    from harness.data.check import check_competition
    from harness.progress import heard_by

    with progress() as listener, heard_by(listener("")):
        faults = check_competition(folder)
    for fault in faults:
        say(str(fault))
    if faults:
        raise typer.Exit(1)
    say(f"{folder}: nothing is wrong")


@app.command("import-folders")
def import_folders(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Holds one folder of photos for each landmark.")],
    folder: Folder,
    *,
    seed: Seed = 0,
) -> None:
    """Lay out a folder of class folders as a competition; the photos are linked or copied."""
    from harness.data.layouts.class_folders import import_folders as lay_out
    from harness.progress import heard_by

    with progress() as listener, heard_by(listener("")):
        sizes = lay_out(source, folder, seed)
    say(f"{folder}: " + ", ".join(f"{count} {part}" for part, count in sizes.items()) + " images")


@app.command("import-benchmark")
def import_benchmark(
    source: Annotated[
        Path, typer.Argument(metavar="SRC", help="The folder of ROxford, RParis, Oxford, Paris, Holidays.")
    ],
    folder: Folder,
) -> None:
    """Lay out revisited or classic Oxford or Paris, or Holidays, as a competition of complete rankings."""
    from harness.data.layouts.oxford_paris_holidays import import_benchmark as lay_out
    from harness.progress import heard_by

    with progress() as listener, heard_by(listener("")):
        sizes = lay_out(source, folder)
    say(f"{folder}: " + ", ".join(f"{count} {part}" for part, count in sizes.items()))
