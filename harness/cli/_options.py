"""Options shared by several commands."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Folder = Annotated[Path, typer.Option("--on", metavar="DIR", help="The competition's folder.")]
SubmissionFile = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with id,images or id,landmarks.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", help="Folder of all results; default: $LANDMARK_WORKSPACE, or ~/.landmark."
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        envvar="LANDMARK_DB",
        help="Database URL, such as postgresql+psycopg://…; default: SQLite in the workspace.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
TaskOption = Annotated[Literal["retrieval", "recognition"] | None, typer.Option("--task", help="Only this task.")]
FileTask = Annotated[
    Literal["retrieval", "recognition"] | None,
    typer.Option("--task", help="Task of the file; default: from its header."),
]
Part = Annotated[Literal["all", "public", "private"], typer.Option("--part", help="Part of the queries to use.")]
OnFolds = Annotated[bool, typer.Option("--folds", help="Run on each fold of the train images.")]
Metric = Annotated[str | None, typer.Option("--metric", metavar="METRIC", help="Default: the leaderboard's metric.")]
Every = Annotated[bool, typer.Option("--every", help="One row per set of parameters, not per solution.")]
PlotFile = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Also draw the result: .png, .svg or .pdf.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Number of cores; default: all.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of all random numbers.")]
Timeout = Annotated[float | None, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Time limit of each run.")]
Device = Annotated[
    str | None,
    typer.Option(
        "--device", metavar="DEVICE", help="auto, cpu, or a GPU such as cuda:0; default: $LANDMARK_DEVICE, or auto."
    ),
]
MemoryLimit = Annotated[
    str | None, typer.Option("--memory-limit", metavar="SIZE", help="Memory limit of each run, such as 4GB.")
]

Sandbox = Annotated[
    Literal["auto", "require", "off"],
    typer.Option("--sandbox", help="Keep runs from the ground truth: as far as possible, or fail, or not at all."),
]


def parse_memory_mb(size: str | None) -> float | None:
    """Return a size such as `600MB` or `4GB` in MB; typer.BadParameter for anything else.

    >>> parse_memory_mb("4GB"), parse_memory_mb("600"), parse_memory_mb(None)
    (4000.0, 600.0, None)
    """
    from harness.errors import HarnessError
    from harness.running.budget import parse_memory

    try:
        return None if size is None else parse_memory(size)
    except HarnessError as error:
        raise typer.BadParameter(str(error), param_hint="--memory-limit") from None
