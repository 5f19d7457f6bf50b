"""`landmark explain`, mounted by the entry point `explain`. Nothing heavy is imported before it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from harness import ImageSet
    from solutions.local.extractor import LocalExtractor
    from solutions.local.verification import Verification

_DRAWN = Path("matches.png")


def explain(  # noqa: PLR0913 (a command has as many options as it has)
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The id of an image.")],
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="The id of another one.")],
    *,
    on: Annotated[Path, typer.Option("--on", metavar="DIR", help="The competition's folder.")],
    local: Annotated[Literal["sift", "delf"], typer.Option("--local", help="Local descriptors.")] = "sift",
    model: Annotated[Literal["affine", "homography"], typer.Option("--model", help="What inliers follow.")] = "affine",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help=f"The picture: .png, .svg or .pdf, else {_DRAWN}; none with --json."
        ),
    ] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", metavar="DIR", help="Where descriptors are kept.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Show what makes two images alike: their matched points, and which of them one map takes to the other.

    The images are any of the test, index and train images. Cells of DELF are compared with all their channels.
    """
    from harness import require_picture
    from solutions.local.explanation import explained

    house: Any = ctx.obj
    drawn = out or (None if json else _DRAWN)
    if drawn:
        require_picture(drawn)
    competition, _ = house.open_competition(on, workspace)
    sets = {"test": competition.queries, "index": competition.index, "train": competition.train}
    one, other = _found(query, sets, on), _found(image, dict(sorted(sets.items())), on)
    name, extractor, verification = _compared_by(local)
    chosen = replace(verification, geometry=replace(verification.geometry, model=model))
    explanation = explained(one, other, extractor, chosen)
    what = f"{name}, {model}"
    if drawn:
        from tools.explain.picture import draw

        draw(explanation, one, other, what, drawn)
    if json:
        house.print_json({**explanation.document, "descriptor": name, "model": model})
    else:
        house.say(f"{drawn}: {what}: {explanation.n_inliers} inliers of {len(explanation.points)} matches")


def _found(image_id: str, sets: dict[str, ImageSet], folder: Path) -> ImageSet:
    """Return the image with an id, from the first of the sets that has it. Raises HarnessError where none has."""
    from harness import HarnessError

    for images in sets.values():
        rows = (images.ids == image_id).nonzero()[0]
        if len(rows):
            return images[rows]
    raise HarnessError(f"{image_id!r:.60} is no image of {folder}; ids stand in test.csv, index.csv and train.csv")


def _compared_by(local: str) -> tuple[str, LocalExtractor, Verification]:
    """Return what people call the descriptors, what extracts them, and how they are compared."""
    from solutions.local.verification import OF_CELLS, OF_SIFT

    if local == "sift":
        from solutions.local.sift import Sift

        return "RootSIFT", Sift(), OF_SIFT
    from solutions.local.delf_like import DelfLike

    return "DELF-like", DelfLike(), OF_CELLS
