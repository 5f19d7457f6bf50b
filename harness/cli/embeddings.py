"""`landmark embeddings`: add, list and remove vectors that were computed elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._open import open_competition
from harness.cli._options import Folder, Json, WorkspaceOption
from harness.cli._output import print_json, say
from harness.cli._paste import pasteable
from harness.cli.plugin_commands import PluginGroup
from harness.progress_display import progress

if TYPE_CHECKING:
    from harness.data.embeddings.matching import AddReport, IdCount

app = typer.Typer(
    cls=PluginGroup,
    no_args_is_help=True,
    help="Add, list and remove your own vectors of a competition's images.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the vectors.")]
_PARTS = ("test", "index", "train")


@app.command()
def add(
    name: Name,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Vectors with ids: .npy, .npz, .parquet or .h5.")
    ],
    *,
    on: Folder,
    ids: Annotated[
        list[Path] | None,
        typer.Option("--ids", metavar="FILE", help="Ids of a .npy file: one a line, a .csv with a column id, or .npy."),
    ] = None,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Add vectors of queries, index or train images, in any order; further files extend what was added before.

    A .npz or .h5 file holds the arrays ids and vectors; a .parquet file a column id and one of lists, or columns of
    numbers; ids of X.npy are in X.ids.txt, or in the file that --ids names. A vector replaces an earlier one.

    Example: landmark embeddings add mine vectors.npz --on demo
    """
    from harness.data.embeddings.adding import add_embeddings
    from harness.data.embeddings.reading import open_vector_files
    from harness.progress import send_progress_to

    competition, _ = open_competition(on, workspace_dir)
    tables = [images.source for images in (competition.queries, competition.index, competition.train)]
    with progress() as listener, send_progress_to(listener("")):
        report = add_embeddings(name, open_vector_files(files, ids or ()), tables)
    if json:
        print_json(asdict(report) | {"parts": {part: _document(*each) for part, each in report.parts.items()}})
    else:
        _print_report(report, on, workspace_dir)


@app.command(name="list")
def list_(*, on: Folder, workspace_dir: WorkspaceOption = None, json: Json = False) -> None:
    """List the vectors of a competition: their name, length, and how many images of each part have one.

    Example: landmark embeddings list --on demo
    """
    from harness.data.embeddings.embedding_store import EmbeddingFolder, count_vectors

    competition, _ = open_competition(on, workspace_dir)
    folder = EmbeddingFolder(competition.queries.source)
    records = {name: folder.require(name) for name in folder.names()}
    if json:
        print_json({name: asdict(record) for name, record in records.items()})
        return
    for name, record in records.items():
        counts = ", ".join(f"{part} {count_vectors(record, part)}" for part in _PARTS)
        say(f"{name:24}{record.width:6} numbers   {counts}   from {', '.join(record.sources)}")
    if not records:
        command = pasteable("embeddings", "add", "NAME", "FILE", on=on, workspace_dir=workspace_dir)
        say(f"none; add some with: {command}")


@app.command()
def remove(name: Name, *, on: Folder, workspace_dir: WorkspaceOption = None) -> None:
    """Delete the vectors of a name from the workspace.

    Example: landmark embeddings remove mine --on demo
    """
    from harness.data.embeddings.embedding_store import EmbeddingFolder

    competition, _ = open_competition(on, workspace_dir)
    EmbeddingFolder(competition.queries.source).remove(name)
    say(f"{name}: removed")


def _print_report(report: AddReport, on: Path, workspace_dir: Path | None) -> None:
    say(f"{report.name}: {report.vectors} vectors of {report.width} numbers")
    for part, (images, missing) in report.parts.items():
        if images:
            line = f"  {part:6}{images - missing.count} of {images} images have a vector"
            say(line + _example(missing, "; none for", images=images))
    for count, what in (
        (report.unknown, "ids are in no table of the competition"),
        (report.repeated, "ids are repeated, and their last vector counts"),
        (report.zero, "vectors are zeros only and count as none"),
    ):
        if count.count:
            say(f"  {count.count} {what}" + _example(count, ", such as"))
    for solution, parts in (("embeddings", ("test", "index")), ("embeddings_recognition", ("test", "train"))):
        if all(report.parts[part][0] > report.parts[part][1].count for part in parts):
            spec = f"{solution}({report.name!r})"
            say(f"run them with: {pasteable('run', spec, on=on, workspace_dir=workspace_dir)}")


def _example(count: IdCount, before: str, images: int = 0) -> str:
    """Return an example of the counted ids; an empty text if there are none, or if all images are counted."""
    from harness.data.tables.cells import quote

    return f"{before} {quote(count.example)}" if count.count not in (0, images) else ""


def _document(images: int, missing: IdCount) -> dict[str, object]:
    return {"images": images, "missing": asdict(missing)}
