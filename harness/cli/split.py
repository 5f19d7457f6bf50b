"""`landmark split`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli._open import FOLDS, deal_folds, open_competition
from harness.cli._options import Seed, WorkspaceOption
from harness.cli._output import say


def split(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The competition's folder.")],
    *,
    folds: Annotated[int, typer.Option("--folds", min=2, help="How many.")] = FOLDS,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
) -> None:
    """Deal the labelled train images into folds, for choosing parameters; the test images are not touched."""
    from harness.data.split import fold_split

    competition, opened = open_competition(folder, workspace)
    made = deal_folds(competition, opened, folds, seed)
    say(f"{'':12}{'retrieval':>34}{'recognition':>34}")
    say(f"{'':12}" + f"{'train':>10}{'index':>12}{'queries':>12}" * 2)
    for fold in range(1, folds + 1):
        found = [fold_split(competition, made, fold, task) for task in ("retrieval", "recognition")]
        sizes = [f"{len(each.data.train):>10}{len(each.data.index):>12}{len(each.queries):>12}" for each in found]
        say(f"{found[0].name:12}" + "".join(sizes))
    say(f"kept in {opened.folds(competition.key)}; landmark run … --folds uses them")
