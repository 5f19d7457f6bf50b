"""`landmark data`: render, check and import competitions."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from harness.cli._options import Jobs, Json, Seed
from harness.cli._output import note, print_json, say
from harness.cli.plugin_commands import PluginGroup
from harness.progress_display import progress

_PLACEMENTS: dict[bool | None, Literal["auto", "link", "copy"]] = {None: "auto", True: "link", False: "copy"}

app = typer.Typer(
    cls=PluginGroup,
    no_args_is_help=True,
    help="Render, check, import and show competitions.",
)


def _share(what: str, default: float) -> Any:
    return typer.Option(min=0, max=1, help=f"Share of the photos of a landmark {what}; default: {default:g}.")


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")]


@app.command()
def make(
    folder: Folder,
    *,
    landmarks: Annotated[int, typer.Option(min=1, help="Number of landmarks (buildings).")] = 40,
    seed: Seed = 7,
    difficulty: Annotated[float, typer.Option(min=0, max=1, help="From 0 (easy) to 1 (hard).")] = 0.5,
    jobs: Jobs = None,
) -> None:
    """Render the synthetic competition. The same options give the same images.

    Example: landmark data make demo --landmarks 4
    """
    from harness.cpu_budget import cores
    from harness.synthetic.competition import SyntheticCompetition

    synthetic = SyntheticCompetition(landmarks=landmarks, seed=seed, difficulty=difficulty)
    with progress() as listener:
        update = listener("")
        synthetic.write(folder, jobs=jobs or cores(), progress=lambda done, total: update("images", done, total))
    say(f"{folder}: created; run all solutions with: landmark run --on {folder}")


@app.command()
def check(folder: Folder) -> None:
    """Check the tables, images and ground truth of a competition, and report every fault.

    Example: landmark data check demo
    """
    from harness.data.check import check_competition
    from harness.progress import send_progress_to

    with progress() as listener, send_progress_to(listener("")):
        faults = check_competition(folder)
    for fault in faults:
        say(str(fault))
    if faults:
        raise typer.Exit(1)
    say(f"{folder}: no faults")


@app.command("import-folders")
def import_folders(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="One subfolder of photographs per landmark.")],
    folder: Folder,
    *,
    train_share: Annotated[float | None, _share("for training; 0: retrieval only", 0.25)] = None,
    index_share: Annotated[float | None, _share("for the index; 0: recognition only", 0.5)] = None,
    test_share: Annotated[float | None, _share("that are queries", 0.25)] = None,
    nested: Annotated[
        bool, typer.Option("--nested", help="Also take photos of folders inside the subfolders.")
    ] = False,
    link: Annotated[
        bool | None,
        typer.Option("--link/--copy", help="Hard-link or copy the files; default: link where possible."),
    ] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Create a competition from folders of photographs, and say what was left out.

    The table files.csv of the competition names the file and the landmark of each image.

    Example: landmark data import-folders photos my-competition --nested
    """
    from harness.data.layouts.class_folders import import_folders as import_source
    from harness.data.layouts.part_shares import PartShares
    from harness.progress import send_progress_to

    shares = PartShares.complete(train_share, index_share, test_share)
    with progress() as listener, send_progress_to(listener("")):
        result = import_source(source, folder, seed, shares=shares, placement=_PLACEMENTS[link], nested=nested)
    if json:
        print_json(result.document() | {"folder": str(folder)})
        return
    for line in result.lines(folder):
        say(line)


@app.command("import-benchmark")
def import_benchmark(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Downloaded Oxford, Paris or Holidays.")],
    folder: Folder,
) -> None:
    """Create a competition from Oxford or Paris (classic or revisited) or Holidays, scored on complete rankings.

    Example: landmark data import-benchmark roxford5k oxford
    """
    from harness.data.layouts.omissions import Omissions
    from harness.data.layouts.oxford_paris_holidays import import_benchmark as import_source
    from harness.progress import send_progress_to

    left_out = Omissions(source)
    with progress() as listener, send_progress_to(listener("")):
        sizes = import_source(source, folder, left_out)
    for omission in left_out:
        say(f"left out: {omission}")
    lacking = sizes["index"] - sizes["index with a photo"]
    if lacking:
        note(f"note: {lacking} index images have no photo below {source / 'jpg'}; put them there and import again")
    say(f"{folder}: " + ", ".join(f"{count} {part}" for part, count in sizes.items()))
