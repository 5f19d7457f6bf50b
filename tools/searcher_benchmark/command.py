"""`landmark bench`, an entry point of `landmark.commands`. Heavy modules are imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli._options import Json, Seed, WorkspaceOption

if TYPE_CHECKING:
    from harness.cli.plugin_commands import CommandContext
    from tools.searcher_benchmark.code_sets import CodeSet
    from tools.searcher_benchmark.measuring import BenchResults

app = typer.Typer(help="Measure parts of solutions side by side.")

_SIZES = "1000,10000,100000"
_DISTRIBUTIONS = ("uniform", "clustered", "few")


@app.callback()
def group() -> None:
    """Keep `searchers` a subcommand although it is the only one."""


@app.command()
def searchers(  # noqa: PLR0913 (a command has as many options as it has)
    ctx: typer.Context,
    *,
    sizes: Annotated[str, typer.Option("--sizes", metavar="N,N,…", help="Numbers of codes to search.")] = _SIZES,
    distributions: Annotated[
        str, typer.Option("--distributions", metavar="NAME,…", help="Of uniform, clustered and few.")
    ] = "uniform,clustered,few",
    queries: Annotated[int, typer.Option("--queries", min=1, help="Number of queries.")] = 512,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Queries per call, which share work.")] = 512,
    codes: Annotated[
        Path | None, typer.Option("--codes", metavar="FILE", help="Search these: .npy of uint64, or 16 digits a line.")
    ] = None,
    on: Annotated[Path | None, typer.Option("--on", metavar="DIR", help="Search a competition's images.")] = None,
    kind: Annotated[
        Literal["average", "dct", "difference", "wavelet"], typer.Option("--kind", help="Hash of the images.")
    ] = "average",
    limit: Annotated[
        float, typer.Option("--limit", min=0.01, metavar="SECONDS", help="Skip larger indexes after a slower search.")
    ] = 5.0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also draw the result: .png, .svg or .pdf.")
    ] = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Compare index structures for 64-bit codes with the exact scan: recall@100 and queries per second on one core.

    Codes are uniform, clustered (4 bits on average from one of n / 200 centres) or few (256 different codes). With
    --codes or --on they are real, in at most the sizes available. Seconds are CPU time, the median of three warm runs.
    Work is the mean number of codes, nodes or buckets that a query visits.

    Example: landmark bench searchers --sizes 10000
    """
    from harness import require_picture
    from tools.searcher_benchmark import measuring
    from tools.searcher_benchmark.searchers import all_searchers

    context: CommandContext = ctx.obj
    if codes and on:
        raise typer.BadParameter("choose one of --codes and --on")
    index_sizes, names = _sizes(sizes), _names(distributions)
    if out:
        require_picture(out)
    images = context.open_competition(on, workspace)[0] if on else None
    with context.progress() as listener:
        results = measuring.measure_all(
            _code_sets(codes, images, kind, names, seed),
            index_sizes,
            queries,
            all_searchers(),
            measuring.BenchLimits(limit, batch),
            listener(""),
        )
    _report(context, results, out, json=json)


def _code_sets(codes: Path | None, competition: Any, kind: str, names: list[str], seed: int) -> list[CodeSet]:
    """Return the codes of a file, of a competition's images, or of random distributions."""
    from tools.searcher_benchmark.code_sets import codes_of_file, codes_of_images, random_codes

    if codes:
        return [codes_of_file(codes, seed)]
    return [codes_of_images(competition, kind, seed)] if competition else [random_codes(name, seed) for name in names]


def _report(context: CommandContext, results: BenchResults, out: Path | None, *, json: bool) -> None:
    """Draw and print the results."""
    from tools.searcher_benchmark import picture, report
    from tools.searcher_benchmark.break_even import break_evens

    comparison = break_evens(results)
    if out:
        picture.draw_benchmark(results, out)
    if json:
        context.print_json(report.report_document(results, comparison))
    else:
        picture_line = [f"{out}: recall and speed"] if out else []
        context.say("\n".join([*report.report_lines(results, comparison), *picture_line]))


def _sizes(text: str) -> list[int]:
    """Return the numbers of a text such as `1000,10000`, ascending and unique."""
    try:
        sizes = sorted({int(word) for word in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or not 0 < sizes[0] <= sizes[-1] < 2**31:
        raise typer.BadParameter(f"{text!r} is not a list of sizes; write 1000,10000", param_hint="--sizes")
    return sizes


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in _DISTRIBUTIONS:
            raise typer.BadParameter(
                f"{name!r} is not one of {', '.join(_DISTRIBUTIONS)}", param_hint="--distributions"
            )
    return names
