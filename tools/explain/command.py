"""`landmark explain`, the entry point `explain`. Heavy modules are imported when it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._options import Folder, Json, WorkspaceOption

if TYPE_CHECKING:
    from harness import ImageSet
    from harness.cli.plugin_commands import CommandContext
    from solutions.local.extractor import LocalExtractor
    from solutions.local.verification import Verification

_PICTURE = Path("matches.png")


def explain(  # noqa: PLR0913 (a command has as many options as it has)
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The id of an image.")],
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="The id of another one.")],
    *,
    on: Folder,
    local: Annotated[Literal["sift", "delf"], typer.Option("--local", help="Local descriptors.")] = "sift",
    model: Annotated[
        Literal["affine", "homography"], typer.Option("--model", help="The transform that inliers share.")
    ] = "affine",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help=f"The picture: .png, .svg or .pdf, else {_PICTURE}; none with --json."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Draw the local matches of two images, and which of them are consistent with one transform.

    Both may be test, index or train images. DELF-like cells are compared in all their channels.
    """
    from harness import require_picture
    from solutions.local.explanation import explain_match

    context: CommandContext = ctx.obj
    picture = out or (None if json else _PICTURE)
    if picture:
        require_picture(picture)
    competition, _ = context.open_competition(on, workspace)
    sets = {"test": competition.queries, "index": competition.index, "train": competition.train}
    one, other = _find_image(query, sets, on), _find_image(image, dict(sorted(sets.items())), on)
    name, extractor, verification = _method(local)
    verification = replace(verification, geometry=replace(verification.geometry, model=model))
    explanation = explain_match(one, other, extractor, verification)
    what = f"{name}, {model}"
    if picture:
        from tools.explain.picture import draw_matches

        draw_matches(explanation, one, other, what, picture)
    if json:
        context.print_json({**explanation.as_json, "descriptor": name, "model": model})
    else:
        context.say(f"{picture}: {what}: {explanation.n_inliers} inliers of {len(explanation.points)} matches")


def _find_image(image_id: str, sets: dict[str, ImageSet], folder: Path) -> ImageSet:
    """Return the image with this id from the first set that has it; raise HarnessError if none has."""
    from harness import HarnessError

    for images in sets.values():
        rows = (images.ids == image_id).nonzero()[0]
        if len(rows):
            return images[rows]
    raise HarnessError(f"{image_id!r:.60} is not an image of {folder}; test.csv, index.csv and train.csv list the ids")


def _method(local: str) -> tuple[str, LocalExtractor, Verification]:
    """Return the name of the descriptors, their extractor, and how they are matched and verified."""
    from solutions.local.verification import CELL_VERIFICATION, SIFT_VERIFICATION

    if local == "sift":
        from solutions.local.sift import Sift

        return "RootSIFT", Sift(), SIFT_VERIFICATION
    from solutions.local.delf_like import DelfLike

    return "DELF-like", DelfLike(), CELL_VERIFICATION
