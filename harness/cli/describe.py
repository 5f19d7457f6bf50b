"""`landmark describe`: write the descriptors of an extractor or a solution to a file."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._open import open_competition
from harness.cli._options import Device, Folder, Json, Seed, WorkspaceOption
from harness.cli._output import print_json, say
from harness.device import set_device
from harness.progress_display import progress


def describe(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SOLUTION|EXTRACTOR",
            help="A solution such as nearest, or an extractor such as \"SquareExtractor(backbone='lite0')\".",
        ),
    ],
    *,
    on: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .npy, .npz, .parquet or .h5 file.")],
    array: Annotated[
        str | None, typer.Option("--array", metavar="NAME", help="One of several arrays of an extractor, such as gem.")
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option("--part", metavar="PART", help="Only test, index or train; default: all."),
    ] = None,
    device: Device = None,
    seed: Seed = 0,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Write the vectors of all images with their ids, for your own programs or for landmark embeddings add.

    Extractors are the classes in solutions/descriptors/extractors, and any MODULE:CLASS. Solutions are those that
    compare images by one vector each, such as nearest, first_place or best_unsupervised; they are fitted first.

    Example: landmark describe nearest --on demo --out vectors.npz
    """
    from harness.delivery.descriptors import PARTS, write_descriptors
    from harness.progress import send_progress_to

    set_device(device)
    competition, workspace = open_competition(on, workspace_dir)
    with progress() as listener, send_progress_to(listener("")):
        file = write_descriptors(spec, competition, workspace, out, array=array, parts=part or PARTS, seed=seed)
    if json:
        document = {"missing": {"count": len(file.missing), "first": file.missing[:20]}, "parts": file.parts}
        print_json({"file": str(out), "vectors": file.vectors, "width": file.width} | document)
        return
    counts = ", ".join(f"{count} {name}" for name, count in file.parts.items())
    say(f"{out}: {file.vectors} vectors of {file.width} numbers, of {counts} images")
    if file.missing:
        say(f"{len(file.missing)} images have no vector, such as {file.missing[0]}: they could not be decoded")
