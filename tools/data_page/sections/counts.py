"""Section "Images": how many there are, and how many are missing or broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.collection import PARTS

_PURPOSES = {"train": "labelled, to learn from", "index": "to search", "test": "queries"}


@dataclass(frozen=True)
class SetCounts:
    """The images of one set: how many are listed, have no file, or cannot be decoded, and the size of their files."""

    name: str
    purpose: str
    images: int
    missing: int
    broken: int
    megabytes: float


@dataclass(frozen=True)
class CountSection:
    """Numbers of images, as the section shows them."""

    notes: list[str]
    sets: list[SetCounts]


def count_sets(analysis: CollectionAnalysis) -> CountSection:
    """Count the images of each set."""
    return CountSection(list(_notes(analysis)), [_count(analysis, part) for part in range(len(PARTS))])


def _count(analysis: CollectionAnalysis, part: int) -> SetCounts:
    rows = analysis.collection.rows_of(part)
    headers = analysis.headers[rows]
    missing, broken = int((~headers["file"]).sum()), int(analysis.broken[rows].sum())
    name = PARTS[part]
    return SetCounts(name, _PURPOSES[name], len(rows), missing, broken, headers["bytes"].sum() / 1e6)


def _notes(analysis: CollectionAnalysis) -> Iterator[str]:
    yield f"Tasks: {' and '.join(analysis.tasks) or 'none'}."
    yield "Ground truth says which queries show a landmark, and which one. This page was made without reading it."
    if bad := int((~analysis.usable).sum()):
        yield f"{bad:,} images are missing or broken; landmark data check lists them."
    if shared := _shared_ids(analysis):
        yield f"{shared:,} ids are in more than one set."


def _shared_ids(analysis: CollectionAnalysis) -> int:
    ids = np.concatenate([images.ids for images in analysis.collection.sets])
    return len(ids) - len(set(ids))
