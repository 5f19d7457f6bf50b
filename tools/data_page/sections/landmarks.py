"""Section "Images per landmark": how many images each landmark has."""

from __future__ import annotations

from dataclasses import dataclass

from harness.data.landmark_names import readable_name
from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.charts import BarTable, LogChart, rank_chart
from tools.data_page.imbalance import Imbalance
from tools.data_page.rendering import percent

_LISTED = 10  # landmarks at each end


@dataclass(frozen=True)
class LandmarkTitle:
    """The number of a landmark and its name, if a table gives one."""

    number: int
    name: str | None


@dataclass(frozen=True)
class LandmarkSection:
    """The class imbalance of the landmarks; without `smallest`, `largest` has all landmarks."""

    chart: LogChart
    sizes: BarTable
    measures: list[tuple[str, str]]
    percentiles: list[tuple[str, str]]
    largest: list[tuple[LandmarkTitle, int]]
    smallest: list[tuple[LandmarkTitle, int]]


def title_of(analysis: CollectionAnalysis, landmark: int) -> LandmarkTitle:
    """Return the title of a landmark."""
    name = analysis.names.get(landmark)
    return LandmarkTitle(landmark, readable_name(name) if name else None)


def summarise_landmarks(analysis: CollectionAnalysis) -> LandmarkSection | None:
    """Return the curve of counts by rank, measures of imbalance, and both ends of the list; None without labels."""
    imbalance = analysis.imbalance
    if not len(imbalance):
        return None
    label = (
        f"Images per landmark by rank, both logarithmic: {imbalance.counts[0]:,} images of the largest of "
        f"{len(imbalance):,} landmarks, {imbalance.counts[-1]:,} of the smallest."
    )
    classes = [(f"{name} images", count) for name, count, _ in imbalance.classes()]
    numbers = zip(imbalance.landmarks.tolist(), imbalance.counts.tolist(), strict=True)
    ranking = [(title_of(analysis, landmark), count) for landmark, count in numbers]
    long = len(ranking) > 2 * _LISTED
    return LandmarkSection(
        rank_chart(*imbalance.steps(), "rank of the landmark", "train images", label),
        BarTable.of(("landmarks with", "landmarks", "share"), classes, len(imbalance)),
        _measures(imbalance),
        [(f"{share} %", f"{images:,}") for share, images in imbalance.percentiles().items()],
        ranking[:_LISTED] if long else ranking,
        ranking[-_LISTED:] if long else [],
    )


def _measures(imbalance: Imbalance) -> list[tuple[str, str]]:
    single = int((imbalance.counts == 1).sum())
    return [
        ("landmarks", f"{len(imbalance):,}"),
        ("train images", f"{imbalance.counts.sum():,}"),
        ("images per landmark, mean", f"{imbalance.counts.mean():.1f}"),
        ("Gini coefficient (0 even, 1 uneven)", f"{imbalance.gini:.3f}"),
        ("images of the largest 1 % of landmarks", percent(imbalance.share_of_top(0.01))),
        ("images of the largest 10 % of landmarks", percent(imbalance.share_of_top(0.1))),
        ("landmarks with one image", f"{single:,} ({percent(single / len(imbalance))})"),
    ]
