"""Section "Near-duplicates": images that are nearly the same, within and between the sets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.collection import PARTS
from tools.data_page.figures import PagePhoto, PhotoSource
from tools.data_page.galleries import GallerySelection
from tools.data_page.near_duplicates import MAX_DISTANCE, MIN_CORRELATION, NEIGHBOURS, DuplicatePairs
from tools.data_page.sections.landmarks import LandmarkTitle, title_of


@dataclass(frozen=True)
class PairView:
    """Two photographs, each with its landmark if it is a train image, and how they compare."""

    comparison: str
    photos: list[tuple[PagePhoto, LandmarkTitle | None]]


@dataclass(frozen=True)
class PairGroup:
    """Examples of pairs, and how many there are."""

    title: str
    total: str
    examples: list[PairView]


@dataclass(frozen=True)
class DuplicateSection:
    """Near-duplicates, as the section shows them."""

    method: str
    counts: list[tuple[str, str, str, str]]
    conflicts: PairGroup | None
    groups: list[PairGroup]


def show_duplicates(analysis: CollectionAnalysis, selection: GallerySelection, photos: PhotoSource) -> DuplicateSection:
    """Return the counts for each two sets, pairs with two labels, and pairs of each two sets."""
    conflicts = _group(analysis, "", selection.conflicts, len(analysis.conflicts), photos)
    groups = [
        _group(analysis, _title(*sets), pairs, len(analysis.between(*sets)), photos)
        for sets, pairs in selection.pairs.items()
    ]
    return DuplicateSection(_method(analysis), _counts(analysis), conflicts if conflicts.examples else None, groups)


def _method(analysis: CollectionAnalysis) -> str:
    return (
        f"Two images are near-duplicates if at most {MAX_DISTANCE} of the 64 bits of their DCT hashes differ and the "
        f"correlation of their grey thumbnails of 32 × 32 pixels is at least {MIN_CORRELATION}. "
        f"{analysis.pairs.candidates:,} pairs had such hashes; {len(analysis.pairs):,} of them such a correlation as "
        f"well, or are exact: the same file byte by byte. The {NEIGHBOURS} nearest hashes of each image are compared. "
        "This finds copies that were resized, compressed, recoloured or cropped a little, but not copies that were "
        "rotated, mirrored or cropped a lot."
    )


def _counts(analysis: CollectionAnalysis) -> list[tuple[str, str, str, str]]:
    rows = []
    for one, other in combinations_with_replacement(range(len(PARTS)), 2):
        if len(analysis.collection.sets[one]) and len(analysis.collection.sets[other]):
            pairs = analysis.between(one, other)
            images = len(np.unique(pairs.rows))
            rows.append((_title(one, other), f"{len(pairs):,}", f"{pairs.exact.sum():,}", f"{images:,}"))
    return rows


def _group(
    analysis: CollectionAnalysis, title: str, pairs: DuplicatePairs, total: int, photos: PhotoSource
) -> PairGroup:
    columns = (pairs.rows.tolist(), pairs.distances.tolist(), pairs.correlations.tolist(), pairs.exact)
    examples = [
        PairView(
            "the same file" if exact else f"{distance} bits differ, correlation {correlation:.3f}",
            [(photos[row], _label(analysis, row)) for row in rows],
        )
        for rows, distance, correlation, exact in zip(*columns, strict=True)
    ]
    return PairGroup(title, f"{total:,} pairs" if len(pairs) == total else f"{len(pairs)} of {total:,} pairs", examples)


def _label(analysis: CollectionAnalysis, row: int) -> LandmarkTitle | None:
    return title_of(analysis, int(analysis.labels[row])) if row < len(analysis.labels) else None


def _title(one: int, other: int) -> str:
    return f"Within {PARTS[one]}" if one == other else f"{PARTS[one].capitalize()} and {PARTS[other]}"
