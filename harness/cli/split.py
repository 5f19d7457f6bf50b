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
    width = len(created.name(folds))
    say(f"{'':{width}}{'retrieval':>27}{'recognition':>27}")
    say(f"{'':{width}}" + f"{'train':>9}{'index':>9}{'queries':>9}" * 2)
    for fold in range(1, folds + 1):
        splits = [fold_split(competition, created, fold, task) for task in ("retrieval", "recognition")]
        sizes = [f"{len(split.data.train):>9}{len(split.data.index):>9}{len(split.queries):>9}" for split in splits]
        say(f"{splits[0].name:{width}}" + "".join(sizes))
    say(f"saved in {path}; used by: landmark run … --folds")
