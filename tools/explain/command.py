"""`landmark explain`, the entry point `explain`. Heavy modules are imported when it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli._options import Folder, Json, WorkspaceOption
from tools.hash_table.options import HashesUpright, HashSize, KindsToCompare

if TYPE_CHECKING:
    from harness import ImageSet
    from harness.cli.plugin_commands import CommandContext
    from solutions.local.extractor import LocalExtractor
    from solutions.local.verification import Verification

_PICTURES = {"matches": Path("matches.png"), "hash": Path("hashes.png")}
_OPTIONS = {"matches": ("local", "model"), "hash": ("kind", "hash_size", "upright")}  # of one way only


def explain(  # noqa: PLR0913 (a command has as many options as it has)
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The id of an image, or its file in files.csv.")],
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="The id of another one.")],
    *,
    on: Folder,
    by: Annotated[
        Literal["matches", "hash"], typer.Option("--by", help="Compare by local matches or by perceptual hashes.")
    ] = "matches",
    local: Annotated[Literal["sift", "delf"], typer.Option("--local", help="By matches: local descriptors.")] = "sift",
    model: Annotated[
        Literal["affine", "homography"], typer.Option("--model", help="By matches: the transform that inliers share.")
    ] = "affine",
    kind: KindsToCompare = None,
    hash_size: HashSize = 8,
    upright: HashesUpright = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The picture: .png, .svg or .pdf, else matches.png or hashes.png; none with --json.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Draw why two images are alike: their local matches, or their perceptual hashes and the bits that differ.

    Both may be test, index or train images. Matches are drawn with those that are consistent with one transform; of
    DELF-like cells all channels are compared. With several kinds of hashes there is a row for each, as for mean_hash.

    Examples: landmark explain QUERY IMAGE --on demo; landmark explain QUERY IMAGE --on demo --by hash --kind dct
    """
    from harness import require_picture

    context: CommandContext = ctx.obj
    _require_options(ctx, by)
    picture = out or (None if json else _PICTURES[by])
    if picture:
        require_picture(picture)
    competition, _ = context.open_competition(on, workspace)
    sets = {"test": competition.queries, "index": competition.index, "train": competition.train}
    files = context.source_files(on)
    one, other = _find_image(query, sets, on, files), _find_image(image, dict(sorted(sets.items())), on, files)
    if by == "hash":
        line, document = _explain_by_hash(one, other, kind or [], picture, hash_size=hash_size, upright=upright)
    else:
        line, document = _explain_by_matches(one, other, local, model, picture, files)
    if json:
        context.print_json(document)
    else:
        context.say(f"{picture}: {line}{_files_text(one, other, files)}")


def _require_options(ctx: typer.Context, by: str) -> None:
    """Raise HarnessError for an option of the other way to compare."""
    from harness import HarnessError

    for way, names in _OPTIONS.items():
        for name in names:
            source = ctx.get_parameter_source(name)
            if way != by and source is not None and source.name != "DEFAULT":
                raise HarnessError(f"--{name.replace('_', '-')} belongs to --by {way}; leave it out, or add --by {way}")


def _explain_by_hash(
    query: ImageSet, image: ImageSet, kinds: list[str], picture: Path | None, *, hash_size: int, upright: bool
) -> tuple[str, dict[str, Any]]:
    """Draw the hashes of two images; return what to print, as a line and as a document."""
    from tools.explain.hash_comparison import compare_hashes, summary
    from tools.hash_table.columns import hash_options

    options = hash_options(kinds or ["average"], hash_size, "full", upright=upright)
    comparisons = compare_hashes(query, image, options)
    if picture:
        from tools.explain.hash_picture import draw_hashes

        draw_hashes(comparisons, query, image, picture, upright=upright)
    names = {"query": query.ids[0], "image": image.ids[0]}
    return summary(comparisons), names | {"hashes": [each.as_json for each in comparisons]}


def _explain_by_matches(
    query: ImageSet,
    image: ImageSet,
    local: str,
    model: Literal["affine", "homography"],
    picture: Path | None,
    files: dict[str, str],
) -> tuple[str, dict[str, Any]]:
    """Draw the local matches of two images; return what to print, as a line and as a document."""
    from solutions.local.explanation import explain_match

    name, extractor, verification = _method(local)
    verification = replace(verification, geometry=replace(verification.geometry, model=model))
    explanation = explain_match(query, image, extractor, verification)
    what = f"{name}, {model}"
    from tools.explain.picture import advice, draw_matches

    if picture:
        draw_matches(explanation, query, image, what, picture, files)
    line = f"{what}: {explanation.n_inliers} inliers of {len(explanation.points)} matches"
    line += f" ({hint})" if (hint := advice(explanation)) else ""
    return line, {**explanation.as_json, "descriptor": name, "model": model}


def _files_text(query: ImageSet, image: ImageSet, files: dict[str, str]) -> str:
    """Return the files of two images for the end of a line, as far as they are known."""
    names = [files[each.ids[0]] for each in (query, image) if each.ids[0] in files]
    return f" ({' and '.join(names)})" if names else ""


def _find_image(name: str, sets: dict[str, ImageSet], folder: Path, files: dict[str, str]) -> ImageSet:
    """Return the image with this id, or of this file, from the first set that has it; HarnessError if none has."""
    from harness import HarnessError

    ids = [name, *(image_id for image_id, file in files.items() if file == name)]
    for image_id in ids:
        for images in sets.values():
            rows = (images.ids == image_id).nonzero()[0]
            if len(rows):
                return images[rows]
    raise HarnessError(f"{name!r:.60} is not an image of {folder}; {_where_listed(name, files)}")


def _where_listed(name: str, files: dict[str, str]) -> str:
    """Return a file of the same name, without its folder, or else the tables that list the ids."""
    ending = [file for file in files.values() if Path(file).name == Path(name).name]
    if ending:
        return f"did you mean {ending[0]!r:.150}?"
    return f"test.csv, index.csv and train.csv list the ids{', and files.csv the files' * bool(files)}"


def _method(local: str) -> tuple[str, LocalExtractor, Verification]:
    """Return the name of the descriptors, their extractor, and how they are matched and verified."""
    from solutions.local.verification import CELL_VERIFICATION, SIFT_VERIFICATION

    if local == "sift":
        from solutions.local.sift import Sift

        return "RootSIFT", Sift(), SIFT_VERIFICATION
    from solutions.local.delf_like import DelfLike

    return "DELF-like", DelfLike(), CELL_VERIFICATION
