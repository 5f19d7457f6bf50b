"""`landmark data hashes`, the entry point `data.hashes`. Heavy modules are imported when it runs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli._options import Json, WorkspaceOption
from tools.hash_table.options import HashesUpright, HashSize, KindsOfTable

if TYPE_CHECKING:
    from harness.cli.plugin_commands import CommandContext
    from tools.hash_table.table import TableCounts


def hashes(  # noqa: PLR0913 (a command has as many options as it has)
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV table to write.")] = Path("hashes.csv"),
    kind: KindsOfTable = None,
    part: Annotated[
        list[str] | None, typer.Option("--part", metavar="PART", help="Only train, index or test; default: all.")
    ] = None,
    hash_size: HashSize = 8,
    decode: Annotated[
        Literal["full", "reduced"], typer.Option("--decode", help="reduced is faster and changes some bits.")
    ] = "full",
    upright: HashesUpright = False,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Write the perceptual hashes of all images to a table, in hexadecimal digits as imagehash prints them.

    The columns are id, part and one for each kind. pandas reads it: pd.read_csv("hashes.csv", dtype=str).

    Examples: landmark data hashes demo; landmark data hashes demo --part index --kind phash --hash-size 16
    """
    from tools.hash_table.columns import hash_options
    from tools.hash_table.table import image_sets, table_text

    context: CommandContext = ctx.obj
    _require_csv(out)
    context.require_writable(out)
    options = hash_options(kind or [], hash_size, decode, upright=upright)
    competition, _ = context.open_competition(folder, workspace)
    sets = image_sets(competition, part or [])
    with context.progress() as listener, context.heard_by(listener("")):
        text, counts = table_text(sets, options)
    context.write_whole(out, text)
    if json:
        undecodable = {"count": len(counts.undecodable), "first": counts.undecodable[:20]}
        context.print_json(
            {"file": str(out), "columns": options.columns, "parts": counts.parts, "undecodable": undecodable}
        )
    else:
        _report(context, folder, out, options.columns, counts)


def _require_csv(out: Path) -> None:
    from harness import HarnessError

    if out.suffix.lower() != ".csv" and (out.is_file() or not out.exists()):
        raise HarnessError(f"{out}: a table of hashes is CSV; write it to a file whose name ends in .csv")


def _report(context: CommandContext, folder: Path, out: Path, columns: list[str], counts: TableCounts) -> None:
    images = ", ".join(f"{count} {part}" for part, count in counts.parts.items())
    context.say(f"{out}: {', '.join(columns)} of {images} images")
    if counts.undecodable:
        examples = ", ".join(counts.undecodable[:3]) + ", …" * (len(counts.undecodable) > 3)
        context.say(f"images that could not be decoded: {len(counts.undecodable)} ({examples}); their cells are empty")
    if {"index", "test"} <= counts.parts.keys():
        chosen = "" if "avghash" in columns else f"kind={columns[0]!r}, "
        spec = f"hash({chosen}hashes={str(out)!r})"
        quoted = shlex.quote(spec) if set('"$`\\!') & set(spec) else f'"{spec}"'
        context.say(f"run them with: landmark run {quoted} --on {shlex.quote(str(folder))}")
