"""Options that several commands share."""

from math import inf
from pathlib import Path
from typing import Annotated, Literal

import typer

Folder = Annotated[Path, typer.Option("--on", metavar="DIR", help="The competition's folder.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", metavar="DIR", help="Where results are kept (else LANDMARK_WORKSPACE, else ~/.landmark)."
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        envvar="LANDMARK_DB",
        help="A database such as postgresql+psycopg://…, not the workspace's.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Task = Annotated[Literal["retrieval", "recognition"] | None, typer.Option("--task", help="Only this task.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Cores to use, all by default.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]
Timeout = Annotated[float | None, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Limit of each run.")]
MemoryLimit = Annotated[
    str | None, typer.Option("--memory-limit", metavar="SIZE", help="Limit of each run, such as 600MB or 4GB.")
]


def memory_mb(size: str | None) -> float | None:
    """Return a size such as `600MB` or `4GB` in MB.

    >>> memory_mb("4GB"), memory_mb("600"), memory_mb(None)
    (4000.0, 600.0, None)
    """
    if size is None:
        return None
    text = size.strip().upper().removesuffix("B")
    factor = {"M": 1, "G": 1000, "T": 10**6}.get(text[-1:], 0)
    try:
        found = float(text[:-1] if factor else text) * (factor or 1)
    except ValueError:
        found = 0.0
    if not 0 < found < inf:
        raise typer.BadParameter(f"{size!r} is no size; write 600MB or 4GB", param_hint="--memory-limit")
    return found
