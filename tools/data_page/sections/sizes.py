"""Section "Sizes": how large images are, in pixels and in bytes, and how they are stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.charts import BarTable, LogChart, scatter_chart
from tools.data_page.collection import PARTS

_MEGAPIXELS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_KILOBYTES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_ASPECTS = (0.5, 0.7, 0.8, 0.95, 1.05, 1.3, 1.4, 1.6, 2)
_ORIENTATIONS = {
    1: "upright, or not given",
    2: "mirrored",
    3: "rotate by 180°",
    4: "mirrored and rotated",
    5: "mirrored and rotated",
    6: "rotate right",
    7: "mirrored and rotated",
    8: "rotate left",
}


@dataclass(frozen=True)
class SizeSection:
    """Sizes of the images and files, as the section shows them."""

    chart: LogChart
    summary: list[list[str]]
    histograms: dict[str, BarTable]


def summarise_sizes(analysis: CollectionAnalysis) -> SizeSection | None:
    """Return a scatter chart of widths and heights, and histograms of what headers hold; None without headers."""
    headers = analysis.headers[analysis.headers["width"] > 0]
    if not len(headers):
        return None
    label = f"Widths and heights of {len(headers):,} images in pixels, both logarithmic; the dashed line is square."
    sets = [analysis.headers[analysis.collection.rows_of(part)] for part in range(len(PARTS))]
    return SizeSection(
        scatter_chart(headers["width"], headers["height"], "width", "height", label),
        [_summarise(name, of_set) for name, of_set in zip(PARTS, sets, strict=True) if len(of_set)],
        _histograms(headers),
    )


def _summarise(name: str, headers: np.ndarray) -> list[str]:
    """Return the name, median, smallest and largest size, median kilobytes, and images rotated by EXIF."""
    sized = headers[headers["width"] > 0]
    if not len(sized):
        return [name, *5 * "–"]
    order = np.argsort(sized["width"].astype(np.int64) * sized["height"], kind="stable")
    ends = [f"{each['width']} × {each['height']}" for each in (sized[order[0]], sized[order[-1]])]
    median = f"{np.median(sized['width']):.0f} × {np.median(sized['height']):.0f}"
    rotated = f"{(sized['orientation'] > 1).sum():,}"
    return [name, median, *ends, f"{np.median(sized['bytes']) / 1000:,.0f}", rotated]


def _histograms(headers: np.ndarray) -> dict[str, BarTable]:
    pixels = headers["width"].astype(np.int64) * headers["height"]
    orientations = np.array([_ORIENTATIONS[each] for each in headers["orientation"].tolist()])
    rows = {
        "Megapixels": ("megapixels", _bin_counts(pixels / 1e6, _MEGAPIXELS)),
        "Aspect ratio (width / height)": ("ratio", _bin_counts(headers["width"] / headers["height"], _ASPECTS)),
        "Kilobytes": ("kilobytes", _bin_counts(headers["bytes"] / 1e3, _KILOBYTES)),
        "Format": ("kind", _value_counts(headers["format"])),
        "Colour mode": ("kind", _value_counts(headers["mode"])),
        "EXIF orientation": ("kind", _value_counts(orientations)),
    }
    n = len(headers)
    return {title: BarTable.of((unit, "images", "share"), counts, n) for title, (unit, counts) in rows.items()}


def _bin_counts(values: np.ndarray, edges: tuple[float, ...]) -> list[tuple[str, int]]:
    """Return the counts between edges, without the empty bins at both ends.

    >>> _bin_counts(np.array([1, 2, 2, 7]), (1, 2, 3, 5))
    [('1 to 2', 1), ('2 to 3', 2), ('3 to 5', 0), ('from 5', 1)]
    """
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    inner = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    names = [f"below {edges[0]:g}", *inner, f"from {edges[-1]:g}"]
    filled = np.flatnonzero(counts)
    return [(names[bin_], int(counts[bin_])) for bin_ in range(filled[0], filled[-1] + 1)]


def _value_counts(values: np.ndarray) -> list[tuple[str, int]]:
    """Return how often each value occurs, the most frequent first, ties by name."""
    return sorted(Counter(values.tolist()).items(), key=lambda item: (-item[1], item[0]))
