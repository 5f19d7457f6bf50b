"""`landmark bench`, mounted by the entry-point group `landmark.commands`. Nothing heavy is imported before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

app = typer.Typer(help="Measure parts of solutions side by side.")

_DISTRIBUTIONS = ("uniform", "clustered", "few")


@app.callback()
def group() -> None:
    """Take `searchers` as a word of its own."""


@app.command()
def searchers(  # noqa: PLR0913 (a command has as many options as it has)
    ctx: typer.Context,
    *,
    sizes: Annotated[str, typer.Option("--sizes", metavar="N,N,…", help="Numbers of codes to search.")] = (
        "1000,10000,100000"
    ),
    distributions: Annotated[
        str, typer.Option("--distributions", metavar="NAME,…", help="Of uniform, clustered and few.")
    ] = "uniform,clustered,few",
    queries: Annotated[int, typer.Option("--queries", min=1, help="Number of queries.")] = 512,
    batch: Annotated[
        int, typer.Option("--batch", min=1, help="Queries asked at once, which lets the scan share work among them.")
    ] = 512,
    codes: Annotated[
        Path | None, typer.Option("--codes", metavar="FILE", help="Search these: .npy of uint64, or 16 digits a line.")
    ] = None,
    on: Annotated[Path | None, typer.Option("--on", metavar="DIR", help="Search a competition's images.")] = None,
    kind: Annotated[
        Literal["average", "dct", "difference", "wavelet"], typer.Option("--kind", help="Hash of the images.")
    ] = "average",
    limit: Annotated[
        float, typer.Option("--limit", min=0.01, metavar="SECONDS", help="What takes longer is left out from there on.")
    ] = 5.0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Draw a picture: .png, .svg or .pdf.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")] = 0,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", metavar="DIR", help="Where the images' hashes are kept.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Measure index structures for 64-bit codes against the exact scan: recall@100 and queries a second on one core.

    Codes are uniform, clustered (4 bits on average from one of n / 200 centres) or few (256 codes over and over); with
    --codes or --on they are real ones, in the sizes that there are. Seconds are CPU time, the median of three runs on
    a warm structure. Work is what a query looks at on average: codes, nodes or buckets, as the structure has it.
    """
    from harness import require_picture
    from tools.searcher_benchmark import break_even as findings
    from tools.searcher_benchmark import code_sets, measuring, picture, report
    from tools.searcher_benchmark import searchers as roster

    house: Any = ctx.obj
    if codes and on:
        raise typer.BadParameter("choose one of --codes and --on")
    wanted, names = _sizes(sizes), _names(distributions)
    if out:
        require_picture(out)
    if codes:
        sets = [code_sets.of_file(codes, seed)]
    elif on:
        sets = [code_sets.of_images(house.open_competition(on, workspace)[0], kind, seed)]
    else:
        sets = [code_sets.drawn(name, seed) for name in names]
    known, missing = roster.searchers()
    with house.progress() as listener:
        found = measuring.measure_all(sets, wanted, queries, known, measuring.Limits(limit, batch), listener(""))
    told = findings.findings(found)
    if out:
        picture.draw(found, out)
    if json:
        house.print_json(report.document(found, told, missing))
    else:
        drawn = [f"{out}: recall and speed, drawn"] if out else []
        house.say("\n".join([*report.lines(found, told), *missing, *drawn]))


def _sizes(text: str) -> list[int]:
    """The numbers in a text such as `1000,10000`, in ascending order, each once."""
    try:
        sizes = sorted({int(word) for word in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or not 0 < sizes[0] <= sizes[-1] < 2**31:
        raise typer.BadParameter(f"{text!r} are no sizes; write 1000,10000", param_hint="--sizes")
    return sizes


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in _DISTRIBUTIONS:
            raise typer.BadParameter(f"{name!r} is none of {', '.join(_DISTRIBUTIONS)}", param_hint="--distributions")
    return names
