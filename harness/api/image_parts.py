"""The images of a competition by part, and pictures of some of them."""

from pathlib import Path
from typing import Literal

import numpy as np

from harness.api.notebook_view import Cell, Picture, ViewTable
from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.errors import HarnessError

Part = Literal["train", "index", "test"]
_SAMPLE = 6  # pictures of a part


def image_sets(competition: Competition) -> dict[str, ImageSet]:
    """Return part -> images, without parts that have none."""
    sets = {"train": competition.train, "index": competition.index, "test": competition.queries}
    return {part: images for part, images in sets.items() if len(images)}


def images_of(competition: Competition, part: str) -> ImageSet:
    """Return the images of a part; HarnessError if the competition has none."""
    sets = image_sets(competition)
    if part not in sets:
        raise HarnessError(f"{competition.folder}: there are no images of {part!r}; choose one of {', '.join(sets)}")
    return sets[part]


def parts_table(competition: Competition, workspace: Path) -> ViewTable:
    """Return the numbers of images, with a few pictures of each part."""
    sets = image_sets(competition)
    rows: list[list[Cell]] = [[part, len(sets[part]), _sample_pictures(sets[part])] for part in sets]
    tasks = " and ".join(competition.tasks)
    title = f"{competition.name}: {tasks}, in {competition.folder}; workspace {workspace}"
    return ViewTable(title, ["part", "images", ""], rows)


def _sample_pictures(images: ImageSet) -> list[Picture]:
    """Return some pictures, evenly spaced."""
    rows = np.unique(np.linspace(0, len(images) - 1, _SAMPLE).astype(int))
    chosen = images[rows]
    return [Picture(path, str(name)) for path, name in zip(chosen.paths, chosen.ids, strict=True)]
