"""A table of hashes: as CSV text, and as a pandas DataFrame."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Literal

from harness import HarnessError
from harness.api.one_line_errors import raises_harness_errors
from solutions.hashing.hashes.functions import HashFunction
from tools.hash_table.columns import HashColumns, HashOptions, hash_options

if TYPE_CHECKING:
    import pandas as pd

    from harness import ImageSet
    from harness.api.competitions import OpenCompetition
    from harness.data.competition import Competition

Kinds = str | HashFunction | Iterable[str | HashFunction]
PARTS = ("train", "index", "test")


@dataclass
class TableCounts:
    """The numbers of images of each part, and the ids of those that could not be decoded."""

    parts: dict[str, int] = field(default_factory=dict)
    undecodable: list[str] = field(default_factory=list)


def image_sets(competition: Competition, parts: Sequence[str]) -> dict[str, ImageSet]:
    """Return the images of the parts, by default of all that have any; HarnessError for a part without images."""
    sets = dict(zip(PARTS, (competition.train, competition.index, competition.queries), strict=True))
    present = [part for part in PARTS if len(sets[part])]
    for part in parts:
        if part not in present:
            raise HarnessError(
                f"{competition.folder}: there are no images of {part!r:.40}; choose {', '.join(present) or 'another'}"
            )
    return {part: sets[part] for part in present if not parts or part in parts}


def table_rows(sets: dict[str, ImageSet], options: HashOptions, counts: TableCounts) -> Iterator[tuple[str, ...]]:
    """Yield id, part and hashes of each image, and count them."""
    for part, images in sets.items():
        columns = HashColumns(images, options)
        counts.parts[part] = len(images)
        counts.undecodable += images.ids[columns.undecodable].tolist()
        for ids, texts in columns.blocks():
            yield from zip(ids.tolist(), [part] * len(ids), *texts, strict=True)


def table_text(sets: dict[str, ImageSet], options: HashOptions) -> tuple[str, TableCounts]:
    """Return a table as CSV, with the columns id, part and one for each kind."""
    text, counts = StringIO(), TableCounts()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "part", *options.columns])
    writer.writerows(table_rows(sets, options, counts))
    return text.getvalue(), counts


@raises_harness_errors
def hashes(
    competition: OpenCompetition | str | os.PathLike[str],
    kinds: Kinds | None = None,
    part: Literal["train", "index", "test"] | None = None,
    *,
    hash_size: int = 8,
    decode: Literal["full", "reduced"] = "full",
    upright: bool = False,
) -> pd.DataFrame:
    """Return the hashes of a competition's images as a DataFrame of texts, as `landmark data hashes` writes them.

    The columns are id, part and one for each kind; by default avghash, phash, dhash, dhash_vertical, whash and
    colorhash. A kind is one of these, another function of imagehash, or a function of yours in a module. The texts are
    those of `str(imagehash.ImageHash)`; an image that cannot be decoded has empty ones.
    """
    import pandas as pd

    from harness.progress import send_progress_to
    from harness.progress_display import progress

    options = hash_options(_names(kinds), hash_size, decode, upright=upright)
    sets = image_sets(_open(competition).read(), [part] if part else [])
    with progress() as listener, send_progress_to(listener("")):
        rows = list(table_rows(sets, options, TableCounts()))
    return pd.DataFrame(rows, columns=["id", "part", *options.columns], dtype=str)


def _names(kinds: Kinds | None) -> list[str | HashFunction]:
    if kinds is None:
        return []
    return [kinds] if isinstance(kinds, str) or not isinstance(kinds, Iterable) else list(kinds)


def _open(competition: OpenCompetition | str | os.PathLike[str]) -> OpenCompetition:
    from harness.api.competitions import OpenCompetition
    from harness.api.opening import open_competition

    if isinstance(competition, OpenCompetition):
        return competition
    if not isinstance(competition, str | os.PathLike):
        raise HarnessError(f"{competition!r:.60} is neither a competition nor the path of its folder")
    return open_competition(competition)
