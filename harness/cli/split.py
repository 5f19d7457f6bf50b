"""`landmark split`: create folds."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._open import DEFAULT_FOLDS, open_competition
from harness.cli._options import Seed, WorkspaceOption
from harness.cli._output import say


def split(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")],
    *,
    folds: Annotated[int, typer.Option("--folds", min=2, help="Number of folds.")] = DEFAULT_FOLDS,
    seed: Seed = 0,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Split the labelled train images into folds, for choosing parameters without the test images.

    Example: landmark split demo --folds 5
    """
    from harness.data.split import create_folds, fold_split

    competition, workspace = open_competition(folder, workspace_dir)
    path = workspace.folds_file(competition.key)
    created = create_folds(competition, path, folds, seed)
    say(f"{'':12}{'retrieval':>34}{'recognition':>34}")
    say(f"{'':12}" + f"{'train':>10}{'index':>12}{'queries':>12}" * 2)
    for fold in range(1, folds + 1):
        splits = [fold_split(competition, created, fold, task) for task in ("retrieval", "recognition")]
        sizes = [f"{len(split.data.train):>10}{len(split.data.index):>12}{len(split.queries):>12}" for split in splits]
        say(f"{splits[0].name:12}" + "".join(sizes))
    say(f"saved in {path}; used by: landmark run … --folds")
